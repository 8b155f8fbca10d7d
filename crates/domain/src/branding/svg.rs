//! Vector images that only draw: no script, no animation, nothing from elsewhere.

use cssparser::{Parser, Token};
use roxmltree::{Attribute, Document, Node, ParsingOptions};

use crate::{Error, Result};

const SVG: &str = "http://www.w3.org/2000/svg";
const XLINK: &str = "http://www.w3.org/1999/xlink";
const XML: &str = "http://www.w3.org/XML/1998/namespace";

/// The most elements, texts and comments of an image.
const NODES: u32 = 20_000;
/// How deep functions and parentheses may stand in each other in the value of an attribute.
const DEPTH: u8 = 4;
/// As much as is quoted of a value, in characters.
const QUOTED: usize = 60;

/// Elements that draw, or say how to draw.
const ELEMENTS: [&str; 51] = [
    "circle",
    "clipPath",
    "defs",
    "desc",
    "ellipse",
    "feBlend",
    "feColorMatrix",
    "feComponentTransfer",
    "feComposite",
    "feConvolveMatrix",
    "feDiffuseLighting",
    "feDisplacementMap",
    "feDistantLight",
    "feDropShadow",
    "feFlood",
    "feFuncA",
    "feFuncB",
    "feFuncG",
    "feFuncR",
    "feGaussianBlur",
    "feMerge",
    "feMergeNode",
    "feMorphology",
    "feOffset",
    "fePointLight",
    "feSpecularLighting",
    "feSpotLight",
    "feTile",
    "feTurbulence",
    "filter",
    "g",
    "line",
    "linearGradient",
    "marker",
    "mask",
    "metadata",
    "path",
    "pattern",
    "polygon",
    "polyline",
    "radialGradient",
    "rect",
    "stop",
    "svg",
    "switch",
    "symbol",
    "text",
    "textPath",
    "title",
    "tspan",
    "use",
];

/// Functions that values may call. None of them loads anything; `url` is looked at apart.
const FUNCTIONS: [&str; 19] = [
    "calc",
    "color",
    "hsl",
    "hsla",
    "lab",
    "lch",
    "matrix",
    "oklab",
    "oklch",
    "rgb",
    "rgba",
    "rotate",
    "scale",
    "scalex",
    "scaley",
    "skewx",
    "skewy",
    "translate",
    "var",
];

/// Refuses what isn't an SVG image that only draws.
pub(super) fn check(bytes: &[u8]) -> Result<()> {
    let text = std::str::from_utf8(bytes).map_err(|_| not_svg())?;
    // A document type could define entities; the parser refuses it.
    let options = ParsingOptions {
        nodes_limit: NODES,
        ..ParsingOptions::default()
    };
    let document = Document::parse_with_options(text, options).map_err(|_| not_svg())?;
    if !document.root_element().has_tag_name((SVG, "svg")) {
        return Err(not_svg());
    }
    document.root().descendants().try_for_each(check_node)
}

fn not_svg() -> Error {
    Error::invalid_parameter("The image is not a valid SVG document.")
}

fn check_node(node: Node<'_, '_>) -> Result<()> {
    if let Some(instruction) = node.pi() {
        return Err(Error::invalid_parameter(format!(
            "The SVG processing instruction {} is not allowed.",
            quoted(instruction.target)
        )));
    }
    if !node.is_element() {
        return Ok(());
    }
    let name = node.tag_name();
    if name.namespace() != Some(SVG) || !ELEMENTS.contains(&name.name()) {
        return Err(Error::invalid_parameter(format!(
            "The SVG element {} is not allowed.",
            quoted(name.name())
        )));
    }
    node.attributes().try_for_each(|attribute| check_attribute(&attribute))
}

fn check_attribute(attribute: &Attribute<'_, '_>) -> Result<()> {
    let name = attribute.name();
    let known_namespace = matches!(attribute.namespace(), None | Some(XLINK | XML));
    let is_handler = name.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("on"));
    if !known_namespace || is_handler || name.eq_ignore_ascii_case("base") {
        return Err(Error::invalid_parameter(format!(
            "The SVG attribute {} is not allowed.",
            quoted(name)
        )));
    }
    let value = attribute.value();
    let is_local = if name.eq_ignore_ascii_case("href") || name.eq_ignore_ascii_case("src") {
        value.starts_with('#')
    } else {
        draws_only(&mut Parser::new(value), DEPTH)
    };
    if is_local {
        Ok(())
    } else {
        Err(Error::invalid_parameter(format!(
            "The value of the SVG attribute {name} is not allowed: {}",
            quoted(value)
        )))
    }
}

/// Whether a value calls nothing but known functions, and refers to nothing but parts of its own document.
fn draws_only(input: &mut Parser<'_>, depth: u8) -> bool {
    while let Ok(token) = input.next() {
        let token = token.clone();
        let fine = match &token {
            Token::UnquotedUrl(address) => address.starts_with('#'),
            Token::Function(name) if name.eq_ignore_ascii_case("url") => nested(input, depth, |input, _| {
                input.expect_string().is_ok_and(|address| address.starts_with('#')) && input.is_exhausted()
            }),
            Token::Function(name) => {
                FUNCTIONS.iter().any(|known| name.eq_ignore_ascii_case(known)) && nested(input, depth, draws_only)
            }
            Token::ParenthesisBlock | Token::SquareBracketBlock | Token::CurlyBracketBlock => {
                nested(input, depth, draws_only)
            }
            Token::BadUrl(_) | Token::AtKeyword(_) => false,
            _ => true,
        };
        if !fine {
            return false;
        }
    }
    true
}

fn nested(input: &mut Parser<'_>, depth: u8, check: impl FnOnce(&mut Parser<'_>, u8) -> bool) -> bool {
    let Some(depth) = depth.checked_sub(1) else {
        return false;
    };
    input
        .parse_nested_block(|input| Ok::<_, cssparser::ParseError<()>>(check(input, depth)))
        .unwrap_or(false)
}

fn quoted(text: &str) -> String {
    text.chars().take(QUOTED).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(svg: &str) -> String {
        check(svg.as_bytes()).unwrap_err().to_string()
    }

    fn with(content: &str) -> String {
        format!(
            "<svg xmlns=\"{SVG}\" xmlns:xlink=\"{XLINK}\" xmlns:html=\"http://www.w3.org/1999/xhtml\">{content}</svg>"
        )
    }

    #[test]
    fn drawings_are_images() {
        for content in [
            "",
            "<!-- a comment --><title>Acme (tm)</title>",
            "<rect width=\"10\" height=\"10\" fill=\"url(#a)\" style=\"fill: rgb(1, 2, 3); mask: url('#b')\"/>",
            "<g transform=\"translate(1 2) rotate(45)\"><path d=\"M0 0h10v-1.5e3z\"/><use href=\"#a\"/></g>",
            "<defs><linearGradient id=\"a\" xlink:href=\"#b\"><stop offset=\"0\"/></linearGradient></defs>",
            "<text xml:space=\"preserve\" font-family=\"'Open Sans', sans-serif\">&lt;script&gt;</text>",
        ] {
            check(with(content).as_bytes()).unwrap();
        }
        check(b"<?xml version=\"1.0\"?>\n<svg xmlns='http://www.w3.org/2000/svg'/>").unwrap();
    }

    #[test]
    fn what_runs_or_loads_is_refused_by_name() {
        for (content, name) in [
            ("<script>alert(1)</script>", "element script"),
            ("<html:script>alert(1)</html:script>", "element script"),
            ("<foreignObject/>", "element foreignObject"),
            ("<style>@import '//x';</style>", "element style"),
            ("<image href=\"//x\"/>", "element image"),
            ("<a href=\"javascript:alert(1)\"/>", "element a"),
            (
                "<set attributeName=\"href\" to=\"javascript:alert(1)\"/>",
                "element set",
            ),
            ("<animate attributeName=\"href\"/>", "element animate"),
            ("<g onload=\"alert(1)\"/>", "attribute onload"),
            ("<g ONCLICK=\"alert(1)\"/>", "attribute ONCLICK"),
            ("<g xml:base=\"//x\"/>", "attribute base"),
            ("<g html:href=\"#a\"/>", "attribute href"),
            (
                "<?xml-stylesheet href=\"//x\"?>",
                "processing instruction xml-stylesheet",
            ),
        ] {
            assert_eq!(
                told(&with(content)),
                format!("The SVG {name} is not allowed."),
                "{content}"
            );
        }
    }

    #[test]
    fn addresses_of_others_are_refused_however_they_are_written() {
        for (attribute, value) in [
            ("href", "//x"),
            ("href", "javascript:alert(1)"),
            ("href", "data:image/svg+xml,x"),
            ("xlink:href", "https://x/y.svg#a"),
            ("fill", "url(//x)"),
            ("fill", "url(&quot;//x&quot;)"),
            ("fill", "URL(javascript:alert(1))"),
            ("style", "fill:u\\72l(//x)"),
            ("style", "background:image-set('//x' 1x)"),
            ("style", "@import '//x'"),
            ("style", "width:expression(alert(1))"),
            ("filter", "url(a b"),
            ("transform", "calc(calc(calc(calc(calc(1)))))"),
        ] {
            let message = told(&with(&format!("<use {attribute}=\"{value}\"/>")));
            let name = attribute.trim_start_matches("xlink:");
            let value = value.replace("&quot;", "\"");
            assert_eq!(
                message,
                format!("The value of the SVG attribute {name} is not allowed: {value}")
            );
        }
    }

    #[test]
    fn what_is_no_svg_document_is_refused() {
        let many = with(&"<g/>".repeat(NODES as usize));
        let deep = with(&"<g>".repeat(100_000));
        for text in [
            "",
            "svg",
            "<svg/>",
            "<html xmlns=\"http://www.w3.org/1999/xhtml\"/>",
            "<!DOCTYPE svg [<!ENTITY a \"b\">]><svg xmlns=\"http://www.w3.org/2000/svg\">&a;</svg>",
            &many,
            &deep,
        ] {
            assert_eq!(told(text), "The image is not a valid SVG document.", "{}", quoted(text));
        }
        assert_eq!(
            check(&[0xff, 0xfe]).unwrap_err().to_string(),
            "The image is not a valid SVG document."
        );
    }

    #[test]
    fn depth_costs_no_stack() {
        let depth = NODES as usize / 2 - 10;
        check(with(&format!("{}{}", "<g>".repeat(depth), "</g>".repeat(depth))).as_bytes()).unwrap();
    }
}
