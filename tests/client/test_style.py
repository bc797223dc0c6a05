"""The inlined style sheet."""

from surveys.page_style import client_style, minified, source_of


def test_minifying_keeps_every_space_that_means_something() -> None:
    css = """
    /* note { } */
    .a :checked > b ,
    .c:not( :has(d) ) { margin : 0 auto ; width:calc( 1px + 2px ) ; }
    @media (min-width : 30rem) and (color) { .e { content:"x y" } }
    """
    assert minified(css) == (
        ".a :checked > b,.c:not( :has(d) ){margin : 0 auto;width:calc( 1px + 2px )}"
        '@media (min-width : 30rem) and (color){.e{content:"x y"}}'
    )


def test_style_holds_all_sheets_and_cannot_end_its_element() -> None:
    style = client_style()
    for part in ("--paper:", ".pick", ".client", ".sum"):
        assert part in style
    assert "</" not in style
    assert "/*" not in style


def test_source_is_the_hash_that_browsers_compute() -> None:
    # echo -n "a" | openssl dgst -sha256 -binary | base64
    assert source_of("a") == "'sha256-ypeBEsobvcr6wjGzmiPcTaeG7/gUfE5yuYB3ha/uSLs='"
