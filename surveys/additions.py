"""What the firm and its people add to a batch of mails, fetched in a fixed number of queries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from surveys.models import FollowUp, Invitation, MailText, OwnTexts, PersonalLine, Touchpoint


@dataclass(frozen=True, kw_only=True)
class Additions:
    """The own texts; personal lines by project contact; what was done, by invitation."""

    texts: OwnTexts = field(default_factory=dict)
    lines: Mapping[int, str] = field(default_factory=dict)
    follow_ups: Mapping[int, FollowUp] = field(default_factory=dict)

    @classmethod
    def of(cls, invitations: Sequence[Invitation]) -> "Additions":
        """Fetch them for ``invitations``, in three queries.

        A line of an earlier account manager is not said in the name of the new one, and a line
        about the close not months later.
        """
        closing = [one for one in invitations if one.touchpoint == Touchpoint.PROJECT_CLOSE]
        parts = [one.project_contact_id for one in closing]
        lines = PersonalLine.objects.in_own_name().filter(project_contact__in=parts)
        told = FollowUp.objects.filter(told_in__in=[one.pk for one in invitations])
        follow_ups = told.select_related("response__invitation__project_contact__project")
        return cls(
            texts=MailText.objects.all().in_hand(),
            lines=dict(lines.values_list("project_contact_id", "text")),
            follow_ups={one.told_in_id: one for one in follow_ups if one.told_in_id},
        )
