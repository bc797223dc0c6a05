from django.db import migrations, models


class Migration(migrations.Migration):
    """Every fact is made anew by the next refreshes, with what it did not hold before."""

    dependencies = [("rollup", "0002_mark_what_was_there_before")]

    operations = [
        migrations.RemoveIndex(
            model_name='fact',
            name='fact_latest',
        ),
        migrations.AddField(
            model_name='fact',
            name='by_client',
            field=models.CharField(blank=True, default='', max_length=60),
        ),
        migrations.AddField(
            model_name='fact',
            name='worth',
            field=models.DecimalField(decimal_places=2, max_digits=14, null=True),
        ),
        migrations.AddIndex(
            model_name='fact',
            index=models.Index(condition=models.Q(('is_latest', True)), fields=['-submitted_at', '-response', 'group', 'recommendation', 'interest', 'day', 'touchpoint', 'project', 'contact', 'client', 'division', 'service', 'sector', 'account_manager', 'questionnaire', 'band', 'since', 'by_client', 'search', 'id'], name='fact_latest'),
        ),
        migrations.AddIndex(
            model_name='fact',
            index=models.Index(fields=['touchpoint', 'fate', '-day', 'project', 'project_contact'], name='fact_fate'),
        ),
        migrations.AddIndex(
            model_name='fact',
            index=models.Index(condition=models.Q(('ending', 'open')), fields=['day', 'touchpoint', 'client', 'alert'], name='fact_follow_up_open'),
        ),
        migrations.AddIndex(
            model_name='fact',
            index=models.Index(condition=models.Q(('root_cause', ''), _negated=True), fields=['day', 'touchpoint', 'root_cause'], name='fact_root_cause'),
        ),
        migrations.AddIndex(
            model_name='fact',
            index=models.Index(condition=models.Q(('worth__isnull', False)), fields=['day', 'client', 'worth'], name='fact_worth'),
        ),
        migrations.AddIndex(
            model_name='fact',
            index=models.Index(condition=models.Q(('response__isnull', False)), fields=['submitted_at', 'client'], name='fact_answered'),
        ),
        migrations.RunSQL(
            "INSERT INTO rollup_mark (project_id) SELECT id FROM surveys_project",
            migrations.RunSQL.noop,
        ),
    ]
