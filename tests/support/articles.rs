//! The knowledge base: drafts, versions, redirects, translations, search, views and votes.

use super::id;
use crate::harness::{Client, TestApp};
use serde_json::{Value, json};
use wire::ProblemCode;

async fn create(admin: &Client, new: Value) -> Value {
    admin.post("/v1/articles", new).await.expect(201)
}

/// Runs an action on an article at its current version.
async fn act(admin: &Client, article: &str, action: &str) -> Value {
    let at = format!("/v1/articles/{article}");
    let shown = admin.get(&at).await.expect(200);
    admin
        .with("if-match", &format!("\"v{}\"", shown["version"]))
        .post(&format!("{at}/{action}"), Value::Null)
        .await
        .expect(200)
}

async fn edit(admin: &Client, article: &str, change: Value) -> Value {
    let at = format!("/v1/articles/{article}");
    let version = admin.get(&at).await.expect(200)["version"]
        .as_i64()
        .expect("a version");
    admin.patch(&at, version, change).await.expect(200)
}

/// Creates and publishes an article.
async fn published(admin: &Client, new: Value) -> String {
    let article = id(&create(admin, new).await);
    act(admin, &article, "publish").await;
    article
}

#[actix_web::test]
async fn draft_is_published_as_a_version_and_rolled_back() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let article = create(
        &admin,
        json!({ "title": "How to install", "content": "Open **Settings**.", "tags": ["iphone"] }),
    )
    .await;
    assert_eq!(article["slug"], "how-to-install");
    let article = id(&article);
    let help = "/v1/help/articles/how-to-install";
    let reader = app.anonymous();
    reader.get(help).await.problem(404, ProblemCode::NotFound);

    act(&admin, &article, "publish").await;
    let shown = reader.get(help).await.expect(200);
    assert_eq!(shown["html"], "<p>Open <strong>Settings</strong>.</p>\n");
    let draft = edit(
        &admin,
        &article,
        json!({ "content": "Open *Mobile data*." }),
    )
    .await;
    assert_eq!(draft["draft"]["content"], "Open *Mobile data*.");
    assert_eq!(draft["content"], "Open **Settings**.");
    assert_eq!(reader.get(help).await.expect(200), shown);
    act(&admin, &article, "publish").await;
    assert_eq!(
        reader.get(help).await.expect(200)["html"],
        "<p>Open <em>Mobile data</em>.</p>\n"
    );
    admin
        .with("if-match", "\"v4\"")
        .post(&format!("/v1/articles/{article}/publish"), Value::Null)
        .await
        .problem(409, ProblemCode::WrongState);

    let versions = admin
        .get(&format!("/v1/articles/{article}/versions"))
        .await
        .expect(200);
    let numbers: Vec<i64> = versions["data"]
        .as_array()
        .expect("versions")
        .iter()
        .filter_map(|version| version["number"].as_i64())
        .collect();
    assert_eq!(numbers, [2, 1]);
    let back = admin
        .with("if-match", "\"v4\"")
        .post(
            &format!("/v1/articles/{article}/rollback"),
            json!({ "number": 1 }),
        )
        .await
        .expect(200);
    assert_eq!(back["draft"]["content"], "Open **Settings**.");
    act(&admin, &article, "unpublish").await;
    reader.get(help).await.problem(404, ProblemCode::NotFound);
}

#[actix_web::test]
async fn former_slug_redirects_and_is_free_for_another_article() {
    let app = TestApp::start().await;
    let (admin, reader) = (app.as_admin(), app.anonymous());
    let article = published(
        &admin,
        json!({ "title": "Roaming", "content": "x", "slug": "roaming" }),
    )
    .await;
    edit(&admin, &article, json!({ "slug": "roaming-abroad" })).await;
    edit(&admin, &article, json!({ "slug": "roaming-2" })).await;
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .expect("a client");
    for old in ["roaming", "roaming-abroad"] {
        let url = format!("{}/v1/help/articles/{old}", app.address());
        let answer = client.get(url).send().await.expect("an answer");
        assert_eq!(answer.status().as_u16(), 301, "{old}");
        assert_eq!(answer.headers()["location"], "/v1/help/articles/roaming-2");
    }
    let taken = json!({ "title": "Other", "content": "x", "slug": "roaming-2" });
    admin
        .post("/v1/articles", taken)
        .await
        .rejects_field("slug");
    published(
        &admin,
        json!({ "title": "New roaming", "content": "y", "slug": "roaming" }),
    )
    .await;
    let shown = reader.get("/v1/help/articles/roaming").await.expect(200);
    assert_eq!(shown["title"], "New roaming");
}

#[actix_web::test]
async fn reader_gets_the_best_translation() {
    let app = TestApp::start().await;
    let (admin, reader) = (app.as_admin(), app.anonymous());
    let english = published(
        &admin,
        json!({ "title": "Install", "content": "Install it", "slug": "install" }),
    )
    .await;
    let german = json!({ "title": "Einrichten", "content": "Richten Sie ein", "slug": "einrichten", "locale": "de", "translation_of": english });
    published(&admin, german.clone()).await;
    create(
        &admin,
        json!({ "title": "Installer", "content": "Brouillon", "slug": "installer", "locale": "fr", "translation_of": english }),
    )
    .await;
    admin
        .post("/v1/articles", json!({ "title": "Noch eins", "content": "x", "locale": "de", "translation_of": english }))
        .await
        .rejects_field("locale");

    for (locale, title) in [
        ("de", "Einrichten"),
        ("de-AT", "Einrichten"),
        ("fr", "Install"),
        ("it", "Install"),
    ] {
        let path = format!("/v1/help/articles/install?locale={locale}");
        let shown = reader.get(&path).await.expect(200);
        assert_eq!(shown["title"], title, "{locale}");
        assert_eq!(shown["translations"].as_array().map(Vec::len), Some(2));
        let list = reader
            .get(&format!("/v1/help/articles?locale={locale}"))
            .await
            .expect(200);
        assert_eq!(list["data"].as_array().map(Vec::len), Some(1));
        assert_eq!(list["data"][0]["title"], title, "{locale}");
    }
    let found = reader
        .get("/v1/help/search?q=richten&locale=de")
        .await
        .expect(200);
    assert_eq!(found["data"][0]["slug"], "einrichten");
}

#[actix_web::test]
async fn search_weighs_titles_finds_prefixes_and_forgives_typos() {
    let app = TestApp::start().await;
    let (admin, reader) = (app.as_admin(), app.anonymous());
    published(
        &admin,
        json!({ "title": "Payments", "content": "Data roaming is free.", "slug": "payments" }),
    )
    .await;
    published(&admin, json!({ "title": "Data roaming in Café zones", "content": "Switch it on.", "slug": "roaming" })).await;
    create(
        &admin,
        json!({ "title": "Roaming secrets", "content": "roaming", "slug": "secret" }),
    )
    .await;
    let slugs = |found: &Value| -> Vec<String> {
        found["data"]
            .as_array()
            .expect("results")
            .iter()
            .map(|row| row["slug"].as_str().expect("a slug").to_owned())
            .collect()
    };
    let search = |q: &'static str| {
        let reader = reader.clone();
        async move {
            reader
                .get(&format!("/v1/help/search?q={q}"))
                .await
                .expect(200)
        }
    };

    let found = search("roaming").await;
    assert_eq!(slugs(&found), ["roaming", "payments"]);
    let title = found["data"][0]["title"].as_array().expect("parts");
    let marked: Vec<&str> = title
        .iter()
        .filter(|part| part["is_match"] == true)
        .filter_map(|part| part["text"].as_str())
        .collect();
    assert_eq!(marked, ["roaming"]);
    for (q, expected) in [
        ("cafe%20roam", vec!["roaming"]),
        ("free%20data", vec!["payments"]),
        ("%27%26%7C%21%3A%2A%28", vec![]),
    ] {
        assert_eq!(slugs(&search(q).await), expected, "{q}");
    }
    let similar = search("romaing").await;
    assert_eq!(
        (slugs(&similar), &similar["is_similar"]),
        (vec!["roaming".to_owned()], &json!(true))
    );
    for q in [
        "vodafone%20apn",
        "VODAFONE%20apn",
        "ada%40example.com",
        "894453853200",
    ] {
        search(q).await;
    }
    let report = admin
        .get("/v1/article-searches?q=vodafone")
        .await
        .expect(200);
    assert_eq!(report["data"][0]["query"], "vodafone apn");
    assert_eq!(report["data"][0]["count"], 2);
    let all = admin.get("/v1/article-searches").await.expect(200);
    assert!(!all.to_string().contains("example") && !all.to_string().contains("8944"));
    for q in ["", "?q=", "?q=x"] {
        let answer = reader.get(&format!("/v1/help/search{q}")).await;
        assert!(matches!(answer.status, 200 | 422), "{q}: {}", answer.text());
    }
}

#[actix_web::test]
async fn views_and_votes_count_once_per_reader_and_day() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let article = published(
        &admin,
        json!({ "title": "Roaming", "content": "x", "slug": "roaming" }),
    )
    .await;
    let at = "/v1/help/articles/roaming";
    let (one, two) = (
        app.anonymous().with("user-agent", "One"),
        app.anonymous().with("user-agent", "Two"),
    );
    for reader in [&one, &one, &two] {
        let answer = reader.post(&format!("{at}/views"), Value::Null).await;
        assert_eq!(answer.status, 204);
    }
    for (reader, is_helpful) in [(&one, true), (&one, false), (&two, false)] {
        let vote = json!({ "is_helpful": is_helpful });
        let answer = reader.post(&format!("{at}/votes"), vote).await;
        assert_eq!(answer.status, 204);
    }
    let shown = admin
        .get(&format!("/v1/articles/{article}"))
        .await
        .expect(200);
    assert_eq!(
        (
            &shown["views"],
            &shown["helpful_count"],
            &shown["unhelpful_count"]
        ),
        (&json!(2), &json!(1), &json!(1))
    );
    assert_eq!(shown["version"], 2, "views change no version");
    super::advance(&app, chrono::TimeDelta::days(1));
    one.post(&format!("{at}/views"), Value::Null).await;
    let shown = admin
        .get(&format!("/v1/articles/{article}"))
        .await
        .expect(200);
    assert_eq!(shown["views"], 3);
    app.anonymous()
        .post("/v1/help/articles/none/views", Value::Null)
        .await
        .problem(404, ProblemCode::NotFound);
}

#[actix_web::test]
async fn help_centre_caches_by_etag() {
    let app = TestApp::start().await;
    let (admin, reader) = (app.as_admin(), app.anonymous());
    published(
        &admin,
        json!({ "title": "Roaming", "content": "x", "slug": "roaming" }),
    )
    .await;
    for path in [
        "/v1/help/articles/roaming",
        "/v1/help/articles",
        "/v1/help/search?q=roaming",
    ] {
        let first = reader.get(path).await;
        assert_eq!(
            first.header("cache-control"),
            "public, max-age=60",
            "{path}"
        );
        let again = reader
            .with("if-none-match", first.header("etag"))
            .get(path)
            .await;
        assert_eq!(again.status, 304, "{path}");
    }
}

#[actix_web::test]
async fn article_text_runs_no_script() {
    let app = TestApp::start().await;
    let (admin, reader) = (app.as_admin(), app.anonymous());
    for (number, attack) in [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        "<img src=x onerror=alert(1)>",
        "<a href=\"jav&#x09;ascript:alert(1)\">x</a>",
        "![x](data:image/svg+xml,<svg onload=alert(1)>)",
    ]
    .iter()
    .enumerate()
    {
        let slug = format!("attack-{number}");
        published(
            &admin,
            json!({ "title": format!("Attack {attack}"), "content": attack, "slug": slug }),
        )
        .await;
        let shown = reader
            .get(&format!("/v1/help/articles/{slug}"))
            .await
            .expect(200);
        let html = shown["html"].as_str().expect("a text").to_lowercase();
        let preview = admin
            .post("/v1/articles/preview", json!({ "content": attack }))
            .await
            .expect(200);
        assert_eq!(preview["html"], shown["html"]);
        // What the text shows is escaped, so only a tag can run a script.
        let tags = html.split('<').skip(1);
        let tags: Vec<&str> = tags
            .filter_map(|part| Some(part.split_once('>')?.0))
            .collect();
        for bad in ["script", "img", "svg", "href=\"jav", "src=\"data"] {
            assert!(
                !tags.iter().any(|tag| tag.contains(bad)),
                "{attack}: {html}"
            );
        }
    }
}
