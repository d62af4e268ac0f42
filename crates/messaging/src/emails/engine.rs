//! The template engine of the emails.
//!
//! A template sees its variables and nothing else: it cannot load another template, call a function or print HTML of a
//! value. A value is printed in one line and escaped in HTML; the filter `lines` keeps its line breaks. An unknown or empty
//! variable is an error.

use super::Signature;
use minijinja::{
    AutoEscape, Environment, Error as TemplateError, ErrorKind, HtmlEscape, Output, State,
    UndefinedBehavior, context,
    syntax::SyntaxConfig,
    value::{Serde, Value, ValueKind},
};
use platform::{Error, Result};
use serde::Serialize;
use wire::text::{is_invisible, one_line};

/// The maximum number of instructions of a template. The longest email needs a few hundred per eSIM.
const FUEL: u64 = 1_000_000;

/// The end of the name of an HTML template.
const HTML: &str = ".html";
const TEXT_LAYOUT: &str = include_str!("../../templates/email/layout/body.txt");
const HTML_LAYOUT: &str = include_str!("../../templates/email/layout/body.html");

/// The source of the three parts of an email.
pub(super) struct TemplateSource<'a> {
    /// The name, which errors contain.
    pub name: &'a str,
    pub subject: &'a str,
    pub text: &'a str,
    pub html: &'a str,
}

/// A rendered email. The type does not implement `Debug`, because the email may contain activation codes.
pub struct RenderedEmail {
    /// The subject, in one line.
    pub subject: String,
    /// The text.
    pub text: String,
    /// The text as HTML, a complete document.
    pub html: String,
}

/// Renders the three parts of an email. The bodies end with the signature.
pub(super) fn render(
    source: &TemplateSource<'_>,
    variables: &impl Serialize,
    signature: &Signature,
) -> Result<RenderedEmail> {
    let environment = environment()?;
    let variables = Value::from(Serde(variables));
    let render = |part: &str, source_of_part: &str, variables: Value| {
        let name = format!("{}/{part}", source.name);
        environment
            .render_named_str(&name, source_of_part, variables)
            .map_err(|error| describe(&name, &error))
    };
    let subject = one_line(&render("subject.txt", source.subject, variables.clone())?);
    let in_layout = |content: String| {
        context! {
            subject => subject.as_str(),
            signature => Serde(signature),
            content => Value::from_safe_string(content.trim().to_owned()),
        }
    };
    let text = render("body.txt", source.text, variables.clone())?;
    let html = render("body.html", source.html, variables)?;
    Ok(RenderedEmail {
        text: render("body.txt", TEXT_LAYOUT, in_layout(text))?,
        html: render("body.html", HTML_LAYOUT, in_layout(html))?,
        subject,
    })
}

/// Returns an environment without loader, functions and tests, and with one filter.
fn environment() -> Result<Environment<'static>> {
    let syntax = SyntaxConfig::builder()
        .trim_blocks(true)
        .lstrip_blocks(true)
        .build()
        .map_err(Error::internal)?;
    let mut environment = Environment::empty();
    environment.set_syntax(syntax);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|name| {
        if name.ends_with(HTML) {
            AutoEscape::Html
        } else {
            AutoEscape::None
        }
    });
    environment.set_formatter(print);
    environment.set_fuel(Some(FUEL));
    environment.add_filter("lines", lines);
    Ok(environment)
}

/// Prints a text or a number, in one line.
fn print(
    out: &mut Output<'_>,
    state: &mut State<'_, '_>,
    value: &Value,
) -> Result<(), TemplateError> {
    let text = match (value.kind(), value.as_str()) {
        (ValueKind::String, Some(text)) if value.is_safe() => text.to_owned(),
        (ValueKind::String, Some(text)) => escape(&one_line(text), is_html(state)),
        (ValueKind::Number, _) => value.to_string(),
        (kind, _) => {
            return Err(TemplateError::new(
                ErrorKind::InvalidOperation,
                format!("a value of the type {kind} cannot be printed"),
            ));
        }
    };
    Ok(out.write_str(&text)?)
}

/// The filter `lines`: prints a text and keeps its line breaks.
fn lines(state: &mut State<'_, '_>, text: &str) -> Value {
    let is_html = is_html(state);
    let lines: Vec<String> = text
        .trim()
        .lines()
        .map(|line| escape(&visible(line), is_html))
        .collect();
    Value::from_safe_string(lines.join(if is_html { "<br>\n" } else { "\n" }))
}

/// Escapes a text in HTML. Slashes stay, because spam filters distrust links with escaped slashes.
fn escape(text: &str, is_html: bool) -> String {
    if is_html {
        HtmlEscape(text).to_string().replace("&#x2f;", "/")
    } else {
        text.to_owned()
    }
}

/// Returns whether a template is HTML. Its name decides, because a template can turn the escaping of its blocks off.
fn is_html(state: &State<'_, '_>) -> bool {
    state.name().ends_with(HTML)
}

/// Returns a line without invisible characters, except tabs and the joiners of Persian, Indic scripts and emoji.
fn visible(line: &str) -> String {
    line.chars()
        .filter(|&c| matches!(c, '\t' | '\u{200C}' | '\u{200D}') || !is_invisible(c))
        .collect()
}

/// Returns an error that names the template and the line. The detail is left out: it can quote a value.
fn describe(name: &str, error: &TemplateError) -> Error {
    let line = error.line().unwrap_or_default();
    let kind = error.kind();
    Error::internal(format!(
        "the email template {name} cannot be rendered: line {line}: {kind}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn signature() -> Signature {
        Signature {
            name: "Tom & Co".into(),
            support_email: None,
            footer: None,
        }
    }

    fn render_html(html: &str, variables: serde_json::Value) -> Result<String> {
        let source = TemplateSource {
            name: "test",
            subject: "Test",
            text: "Test",
            html,
        };
        let rendered = render(&source, &variables, &signature())?;
        let (_, main) = rendered.html.split_once("<main>\n").expect("a main part");
        let (main, _) = main.split_once("\n</main>").expect("the end of it");
        Ok(main.to_owned())
    }

    #[test]
    fn html_escapes_values() {
        let html = render_html("{{ a }}|{{ b }}", json!({ "a": "</b>'\"&#x2f;", "b": 7 }));
        assert_eq!(html.unwrap(), "&lt;/b&gt;&#x27;&quot;&amp;#x2f;|7");
    }

    #[test]
    fn lines_filter_keeps_line_breaks_and_escapes_html() {
        let html = render_html("{{ a | lines }}", json!({ "a": "<b>\r\n  2\u{202E}\n" }));
        assert_eq!(html.unwrap(), "&lt;b&gt;<br>\n  2");
    }

    #[test]
    fn unknown_and_empty_variables_are_errors() {
        let variables = json!({ "known": "x", "empty": null, "list": ["x"], "yes": true });
        for template in [
            "{{ unknown }}",
            "{{ known.unknown }}",
            "{% if unknown %}x{% endif %}",
            "{% for each in unknown %}x{% endfor %}",
            "{{ unknown | lines }}",
            "{{ empty }}",
            "{{ empty | lines }}",
            "{{ list }}",
            "{{ yes }}",
        ] {
            let rendered = render_html(template, variables.clone());
            assert!(rendered.is_err(), "{template}");
        }
    }

    #[test]
    fn templates_cannot_load_call_or_unescape() {
        for template in [
            "{% include 'layout/body.html' %}",
            "{% extends 'layout/body.html' %}",
            "{% import 'layout/body.html' as x %}",
            "{{ known | safe }}",
            "{{ range(3) }}",
            "{{ debug() }}",
            "{{ known.upper() }}",
            "{{ known",
        ] {
            let rendered = render_html(template, json!({ "known": "x" }));
            assert!(rendered.is_err(), "{template}");
        }
    }

    #[test]
    fn templates_cannot_turn_escaping_off() {
        let template = "{% autoescape false %}{{ a }}{% endautoescape %}";
        let html = render_html(template, json!({ "a": "<b>" }));
        assert_eq!(html.unwrap(), "&lt;b&gt;");
    }

    #[test]
    fn endless_template_runs_out_of_fuel() {
        let list: Vec<u32> = (0..1000).collect();
        let nested = "{% for a in list %}{% for b in list %}{{ b }}{% endfor %}{% endfor %}";
        assert!(render_html(nested, json!({ "list": list })).is_err());
    }

    #[test]
    fn error_names_the_template_and_no_value() {
        let variables = json!({ "secret": "s3cr3t" });
        let error = render_html("x\n{{ secret.unknown }}", variables).map(drop);
        let error = error.expect_err("an unknown variable").to_string();
        assert!(
            error.contains("test/body.html") && error.contains("line 2"),
            "{error}"
        );
        assert!(!error.contains("s3cr3t"), "{error}");
    }

    #[test]
    fn signature_follows_the_content() {
        let source = TemplateSource {
            name: "test",
            subject: "Test\n",
            text: "Hello.\n",
            html: "<p>Hello.</p>\n",
        };
        let rendered = render(&source, &json!({}), &signature()).unwrap();
        assert_eq!(rendered.subject, "Test");
        assert_eq!(rendered.text, "Hello.\n\nTom & Co\n");
        assert!(
            rendered.html.contains("<p><bdi>Tom &amp; Co</bdi></p>"),
            "{}",
            rendered.html
        );

        let full = Signature {
            support_email: Some("help@example.com".into()),
            footer: Some("<b>1</b> High Street\nLondon".into()),
            ..signature()
        };
        let rendered = render(&source, &json!({}), &full).unwrap();
        assert_eq!(
            rendered.text,
            "Hello.\n\nTom & Co\nQuestions? Write to help@example.com.\n\n<b>1</b> High Street\nLondon\n"
        );
        assert!(
            rendered
                .html
                .contains("&lt;b&gt;1&lt;/b&gt; High Street<br>\nLondon"),
            "{}",
            rendered.html
        );
    }
}
