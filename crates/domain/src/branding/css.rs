//! The stylesheet of the classic pages: rules for a few classes, without anything that loads, runs or covers.

use cssparser::{
    AtRuleParser, CowRcStr, DeclarationParser, ParseError, Parser, ParserState, QualifiedRuleParser,
    RuleBodyItemParser, RuleBodyParser, StyleSheetParser, ToCss as _, Token,
};

use crate::{Error, Result};

/// Classes that may have rules, without their ending [`SUFFIX`], and the state in which they may have others.
const CLASSES: [(&str, Option<&str>); 15] = [
    ("background", None),
    ("banner", None),
    ("errorMessage", None),
    ("idpButton", Some("hover")),
    ("idpDescription", None),
    ("inputField", Some("focus")),
    ("label", None),
    ("legalText", None),
    ("logo", None),
    ("passwordCheck-notValid", None),
    ("passwordCheck-valid", None),
    ("redirect", None),
    ("socialButton", Some("hover")),
    ("submitButton", Some("hover")),
    ("textDescription", None),
];

const SUFFIX: &str = "-customizable";

/// Properties that may be set; so may those that begin with one of them and a hyphen.
const PROPERTIES: [&str; 20] = [
    "background",
    "border",
    "box-shadow",
    "box-sizing",
    "color",
    "display",
    "float",
    "font",
    "height",
    "letter-spacing",
    "line-height",
    "margin",
    "max-height",
    "max-width",
    "min-height",
    "min-width",
    "padding",
    "text",
    "vertical-align",
    "width",
];

/// Functions that values may call. None of them loads anything.
const FUNCTIONS: [&str; 13] = [
    "calc",
    "clamp",
    "hsl",
    "hsla",
    "hwb",
    "lab",
    "lch",
    "linear-gradient",
    "max",
    "min",
    "oklch",
    "rgb",
    "rgba",
];

/// How deep functions may stand in each other.
const DEPTH: u8 = 4;

/// A stylesheet that was checked, written anew from what was understood of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClassicStylesheet(String);

impl ClassicStylesheet {
    /// Reads the stylesheet of an administrator. The error names what isn't allowed.
    pub fn parse(css: &str) -> Result<Self> {
        let mut checked = String::new();
        let mut input = Parser::new(css);
        for rule in StyleSheetParser::new(&mut input, &mut Rules) {
            let rule = rule.map_err(|(error, text, ..)| refusal(error, text))?;
            checked.push_str(&rule);
        }
        Ok(Self(checked))
    }

    /// The stylesheet as browsers get it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn refusal(error: ParseError<String>, text: &str) -> Error {
    /// As much as is quoted of a rule that can't be read, in characters.
    const QUOTED: usize = 60;
    let quoted: String = text.trim().chars().take(QUOTED).collect();
    match error.kind {
        cssparser::ParseErrorKind::Custom(sentence) => Error::invalid_parameter(sentence),
        cssparser::ParseErrorKind::Basic(cssparser::BasicParseErrorKind::AtRuleInvalid) => {
            Error::invalid_parameter(format!("CSS rules that begin with @ are not allowed: {quoted}"))
        }
        cssparser::ParseErrorKind::Basic(_) => Error::invalid_parameter(format!("CSS is not valid at: {quoted}")),
    }
}

fn refuse<T>(sentence: String) -> Result<T, ParseError<String>> {
    Err(ParseError::custom(sentence))
}

/// Rules for classes.
struct Rules;

impl AtRuleParser<'_> for Rules {
    type Prelude = ();
    type AtRule = String;
    type Error = String;
}

impl<'i> QualifiedRuleParser<'i> for Rules {
    type Prelude = String;
    type QualifiedRule = String;
    type Error = String;

    fn parse_prelude(&mut self, input: &mut Parser<'i>) -> Result<String, ParseError<String>> {
        Ok(input.parse_comma_separated(selector)?.join(","))
    }

    fn parse_block(
        &mut self,
        selectors: String,
        _start: &ParserState,
        input: &mut Parser<'i>,
    ) -> Result<String, ParseError<String>> {
        let declarations: Result<Vec<String>, _> = RuleBodyParser::new(input, &mut Declarations).collect();
        let declarations = declarations.map_err(|(error, ..)| error)?;
        Ok(format!("{selectors}{{{}}}\n", declarations.join(";")))
    }
}

/// One class, maybe in a state: `.submitButton-customizable:hover`.
fn selector(input: &mut Parser<'_>) -> Result<String, ParseError<String>> {
    input.expect_delim('.')?;
    let class = input.expect_ident_cloned()?;
    let known = class
        .strip_suffix(SUFFIX)
        .and_then(|name| CLASSES.iter().find(|(known, _)| *known == name));
    let Some((name, state)) = known else {
        return refuse(format!("The CSS class {class} is not allowed."));
    };
    if input.is_exhausted() {
        return Ok(format!(".{name}{SUFFIX}"));
    }
    input.expect_colon()?;
    let asked = input.expect_ident_cloned()?;
    match state {
        Some(state) if asked.eq_ignore_ascii_case(state) => Ok(format!(".{name}{SUFFIX}:{state}")),
        _ => refuse(format!("The CSS class {class} can't have a rule for :{asked}.")),
    }
}

/// What stands between the braces of a rule.
struct Declarations;

impl AtRuleParser<'_> for Declarations {
    type Prelude = ();
    type AtRule = String;
    type Error = String;
}

impl QualifiedRuleParser<'_> for Declarations {
    type Prelude = ();
    type QualifiedRule = String;
    type Error = String;
}

impl RuleBodyItemParser<'_, String, String> for Declarations {
    fn parse_declarations(&self) -> bool {
        true
    }

    fn parse_qualified(&self) -> bool {
        false
    }
}

impl<'i> DeclarationParser<'i> for Declarations {
    type Declaration = String;
    type Error = String;

    fn parse_value(
        &mut self,
        name: CowRcStr<'i>,
        input: &mut Parser<'i>,
        _start: &ParserState,
    ) -> Result<String, ParseError<String>> {
        let property = name.to_ascii_lowercase();
        let allowed = |known: &&str| {
            let rest = property.strip_prefix(*known);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
        };
        if !PROPERTIES.iter().any(allowed) {
            return refuse(format!("The CSS property {name} is not allowed."));
        }
        Ok(format!("{property}:{}", value(input, DEPTH)?))
    }
}

/// Writes the tokens of a value anew, with a space between them.
fn value(input: &mut Parser<'_>, depth: u8) -> Result<String, ParseError<String>> {
    let mut written = Vec::new();
    while let Ok(token) = input.next() {
        let token = token.clone();
        match &token {
            Token::Ident(_)
            | Token::Hash(_)
            | Token::IDHash(_)
            | Token::QuotedString(_)
            | Token::Number { .. }
            | Token::Percentage { .. }
            | Token::Dimension { .. }
            | Token::Comma
            | Token::Delim('/' | '+' | '-' | '*' | '!') => written.push(token.to_css_string()),
            Token::Function(name) => {
                let Some(function) = FUNCTIONS.iter().find(|known| name.eq_ignore_ascii_case(known)) else {
                    return refuse(format!("The CSS function {name} is not allowed."));
                };
                let Some(depth) = depth.checked_sub(1) else {
                    return refuse("CSS functions are nested too deeply.".to_owned());
                };
                let arguments = input.parse_nested_block(|input| value(input, depth))?;
                written.push(format!("{function}({arguments})"));
            }
            Token::UnquotedUrl(_) | Token::BadUrl(_) => {
                return refuse("The CSS function url is not allowed.".to_owned());
            }
            _ => return Err(ParseError::unexpected_token()),
        }
    }
    if written.is_empty() {
        return Err(ParseError::unexpected_token());
    }
    Ok(written.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(css: &str) -> String {
        ClassicStylesheet::parse(css).unwrap_err().to_string()
    }

    #[test]
    fn what_is_allowed_is_written_anew() {
        let css = "
            /* The template of the console. */
            .logo-customizable { max-width: 60%; max-height: 30% }
            .submitButton-customizable:HOVER, .label-customizable {
                Color: #fff; background-color: rgb(40, 90, 150) !important; font: 14px/1.4 \"Open Sans\", sans-serif;
            }
            .background-customizable { background: linear-gradient(90deg, #fff, calc(1px + 2px)) }
            .inputField-customizable{margin:-1px auto 0}";
        let expected = "\
            .logo-customizable{max-width:60%;max-height:30%}\n\
            .submitButton-customizable:hover,.label-customizable{color:#fff;\
            background-color:rgb(40 , 90 , 150) ! important;font:14px / 1.4 \"Open Sans\" , sans-serif}\n\
            .background-customizable{background:linear-gradient(90deg , #fff , calc(1px + 2px))}\n\
            .inputField-customizable{margin:-1px auto 0}\n";
        let checked = ClassicStylesheet::parse(css).unwrap();
        assert_eq!(checked.as_str(), expected);
        assert_eq!(
            ClassicStylesheet::parse(checked.as_str()).unwrap(),
            checked,
            "it is stable"
        );
    }

    #[test]
    fn other_classes_properties_and_functions_are_refused_by_name() {
        for (css, message) in [
            (".mine{color:red}", "The CSS class mine is not allowed."),
            (
                ".mine-customizable{color:red}",
                "The CSS class mine-customizable is not allowed.",
            ),
            (
                ".label-customizable:hover{color:red}",
                "The CSS class label-customizable can't have a rule for :hover.",
            ),
            (
                ".label-customizable{position:fixed}",
                "The CSS property position is not allowed.",
            ),
            (
                ".label-customizable{behavior:none}",
                "The CSS property behavior is not allowed.",
            ),
            (
                ".label-customizable{-moz-binding:none}",
                "The CSS property -moz-binding is not allowed.",
            ),
            (".label-customizable{--x:1}", "The CSS property --x is not allowed."),
            (
                ".label-customizable{width:expression(alert(1))}",
                "The CSS function expression is not allowed.",
            ),
            (
                ".label-customizable{color:var(--x)}",
                "The CSS function var is not allowed.",
            ),
            (
                ".label-customizable{background:image-set(\"//x\" 1x)}",
                "The CSS function image-set is not allowed.",
            ),
        ] {
            assert_eq!(refused(css), message);
        }
    }

    #[test]
    fn addresses_are_refused_however_they_are_written() {
        for address in [
            "url(//x)",
            "url('//x')",
            "URL(javascript:alert(1))",
            "\\75 rl(//x)",
            "u\\72l( \"//x\" )",
            "url(a b",
        ] {
            let css = format!(".label-customizable{{background:{address}}}");
            assert_eq!(
                refused(&css).to_ascii_lowercase(),
                "the css function url is not allowed.",
                "{css}"
            );
        }
    }

    #[test]
    fn what_is_not_a_plain_rule_is_refused() {
        for (css, message) in [
            (
                "@import '//x';",
                "CSS rules that begin with @ are not allowed: @import '//x'",
            ),
            (
                "@media print{.label-customizable{color:red}}",
                "CSS rules that begin with @ are not allowed: @media print",
            ),
            ("body{color:red}", "CSS is not valid at: body{"),
            ("*{color:red}", "CSS is not valid at: *{"),
            (
                ".label-customizable>a{color:red}",
                "CSS is not valid at: .label-customizable>a{",
            ),
            (
                ".label-customizable{color}",
                "CSS is not valid at: .label-customizable{color}",
            ),
            (
                ".label-customizable{color:}",
                "CSS is not valid at: .label-customizable{color:}",
            ),
            (
                ".label-customizable{color:{}}",
                "CSS is not valid at: .label-customizable{color:{}}",
            ),
            ("</style><script>", "CSS is not valid at: </style><script>"),
        ] {
            assert_eq!(refused(css), message);
        }
        assert_eq!(
            refused(".label-customizable{@import '//x';}"),
            "CSS rules that begin with @ are not allowed: .label-customizable{@import '//x';}"
        );
    }

    #[test]
    fn no_text_leaves_its_quotes() {
        let css = ".label-customizable{font-family:\"</style>\\22;}body{x:\\a\"}";
        let checked = ClassicStylesheet::parse(css).unwrap();
        assert_eq!(
            checked.as_str(),
            ".label-customizable{font-family:\"</style>\\\";}body{x:\\a \"}\n"
        );
    }

    #[test]
    fn depth_is_limited() {
        let deep = format!(
            ".label-customizable{{width:{}1{}}}",
            "calc(".repeat(20_000),
            ")".repeat(20_000)
        );
        assert_eq!(refused(&deep), "CSS functions are nested too deeply.");
    }
}
