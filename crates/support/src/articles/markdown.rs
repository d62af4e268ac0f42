//! Markdown as HTML: HTML in the text is shown as text, and what remains is sanitized once more.

use ammonia::Builder;
use pulldown_cmark::{Event, Options, Parser, TagEnd, html};
use std::{borrow::Cow, collections::HashSet, sync::LazyLock};

/// The elements that Markdown makes.
const TAGS: [&str; 28] = [
    "a",
    "blockquote",
    "br",
    "code",
    "del",
    "em",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "img",
    "li",
    "ol",
    "p",
    "pre",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
    "ul",
];

static SANITIZER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::new();
    builder
        .tags(HashSet::from(TAGS))
        .url_schemes(HashSet::from(["http", "https", "mailto", "tel"]))
        .link_rel(Some("noopener noreferrer"))
        .attribute_filter(|element, attribute, value| {
            // Images come from the shop or by https, so that no image is loaded in plain text.
            let is_image = element == "img" && attribute == "src";
            let is_safe = value.starts_with("https://") || is_local(value);
            (!is_image || is_safe).then_some(Cow::Borrowed(value))
        });
    builder
});

/// Returns whether an address is a path on the same host.
fn is_local(address: &str) -> bool {
    address.starts_with('/') && !address.starts_with("//") && !address.starts_with("/\\")
}

fn options() -> Options {
    Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH
}

/// Returns a text of Markdown as sanitized HTML.
pub fn to_html(text: &str) -> String {
    let events = Parser::new_ext(text, options()).map(|event| match event {
        Event::Html(html) | Event::InlineHtml(html) => Event::Text(html),
        other => other,
    });
    let mut out = String::with_capacity(text.len().saturating_mul(2));
    html::push_html(&mut out, events);
    SANITIZER.clean(&out).to_string()
}

/// Returns a text of Markdown without its marks, for excerpts.
pub fn to_plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for event in Parser::new_ext(text, options()) {
        match event {
            Event::Text(text) | Event::Code(text) => out.push_str(&text),
            Event::Html(html) | Event::InlineHtml(html) => out.push_str(&html),
            Event::SoftBreak | Event::HardBreak => out.push(' '),
            Event::End(
                TagEnd::Paragraph
                | TagEnd::Heading(_)
                | TagEnd::Item
                | TagEnd::TableCell
                | TagEnd::CodeBlock,
            ) => out.push(' '),
            _ => {}
        }
    }
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_becomes_html() {
        let html = to_html(
            "# Title\n\nOpen **Settings**, [here](https://example.com).\n\n- a\n- b\n\n|x|y|\n|-|-|\n|1|2|",
        );
        for part in [
            "<h1>Title</h1>",
            "<strong>Settings</strong>",
            "href=\"https://example.com\"",
            "rel=\"noopener noreferrer\"",
            "<li>a</li>",
            "<td>1</td>",
        ] {
            assert!(html.contains(part), "{part}: {html}");
        }
    }

    #[test]
    fn scripts_and_unsafe_addresses_are_removed() {
        for text in [
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "a <b onclick=alert(1)>b</b>",
            "[a](javascript:alert(1))",
            "[a](JaVaScRiPt:alert(1))",
            "[a](java&#115;cript:alert(1))",
            "[a](data:text/html;base64,PHNjcmlwdD4=)",
            "[a](vbscript:msgbox(1))",
            "![a](javascript:alert(1))",
            "![a](http://example.com/track.png)",
            "![a](//example.com/track.png)",
            "![a\" onerror=\"alert(1)](https://example.com/x.png)",
            "<javascript:alert(1)>",
            "<svg/onload=alert(1)>",
            "<style>body{background:url(javascript:alert(1))}</style>",
            "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
            "<a href=\"https://example.com\" style=\"position:fixed\">x</a>",
            "```\"><script>alert(1)</script>\n</code></pre><script>alert(1)</script>\n```",
            "[a]: javascript:alert(1)\n\n[a]",
            "|<script>alert(1)</script>|\n|-|\n|<img src=x onerror=alert(1)>|",
        ] {
            let html = to_html(text);
            let lower = html.to_lowercase();
            for bad in [
                "<script",
                "<svg",
                "<style",
                "<iframe",
                "<b ",
                "href=\"javascript",
                "href=\"data",
                "href=\"vbscript",
                "src=\"javascript",
                "src=\"http://",
                "src=\"//",
                "src=\"x\"",
                "<img src=x",
            ] {
                assert!(!lower.contains(bad), "{text}: {html}");
            }
            // An attribute that runs a script would stand inside of a tag, outside of the quoted values.
            let tags = lower
                .split('<')
                .skip(1)
                .filter_map(|part| part.split_once('>'));
            for (tag, _) in tags {
                let names: String = tag.split('"').step_by(2).collect();
                let has_handler = names.contains(" onerror=")
                    || names.contains(" onclick=")
                    || names.contains(" onload=");
                assert!(!has_handler && !names.contains(" style="), "{text}: {html}");
            }
        }
    }

    #[test]
    fn plain_text_has_no_marks() {
        assert_eq!(
            to_plain("# A\n\nOpen **b** `c`\nnow.\n\n- d\n- [e](https://x.example)"),
            "A Open b c now. d e"
        );
    }
}
