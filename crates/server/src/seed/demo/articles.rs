//! Articles of the knowledge base: published ones, a draft of a published one, and one that is not published.

use super::super::{
    SeedContext,
    rows::{Event, Rows, id_of},
};
use chrono::TimeDelta;
use serde_json::{Value, json};
use uuid::Uuid;
use wire::system::audit::AuditAction;

struct Text {
    slug: &'static str,
    title: &'static str,
    category: &'static str,
    tags: &'static [&'static str],
    content: &'static str,
    /// How often the article was read, found helpful and found unhelpful; nothing for one that is not published.
    readers: Option<Readers>,
}

struct Readers {
    views: i32,
    helpful: i32,
    unhelpful: i32,
}

const TEXTS: [Text; 5] = [
    Text {
        slug: "install-an-esim",
        title: "Install an eSIM",
        category: "Installation",
        tags: &["install", "qr code"],
        content: "Install the eSIM **before** you travel: the phone needs an internet connection.\n\n1. Open the email with the QR code on another screen.\n2. On the phone, open *Settings*, then *Mobile data*, then *Add eSIM*.\n3. Scan the QR code.\n\nThe link in the email installs the eSIM on the same phone without a scan.",
        readers: Some(Readers {
            views: 1_284,
            helpful: 96,
            unhelpful: 7,
        }),
    },
    Text {
        slug: "no-network",
        title: "The phone finds no network",
        category: "Network",
        tags: &["roaming", "network"],
        content: "Check these settings in this order:\n\n- The eSIM is on, and mobile data uses it.\n- **Data roaming** is on for the eSIM.\n- The network is chosen automatically.\n\nThen switch the flight mode on and off once.",
        readers: Some(Readers {
            views: 963,
            helpful: 71,
            unhelpful: 18,
        }),
    },
    Text {
        slug: "top-up",
        title: "Top up an eSIM",
        category: "Plans",
        tags: &["topup"],
        content: "An eSIM can be topped up as long as it is not cancelled. The new data starts when the current bundle ends.",
        readers: Some(Readers {
            views: 412,
            helpful: 33,
            unhelpful: 2,
        }),
    },
    Text {
        slug: "refunds",
        title: "When is an order refunded?",
        category: "Payments",
        tags: &["refund"],
        content: "An order is refunded in full when it was not delivered. An eSIM that was not installed can be returned within 30 days.",
        readers: Some(Readers {
            views: 655,
            helpful: 40,
            unhelpful: 21,
        }),
    },
    Text {
        slug: "travel-router",
        title: "Use an eSIM in a travel router",
        category: "Devices",
        tags: &["router"],
        content: "Most routers need the activation code in place of the QR code.",
        readers: None,
    },
];

/// Adds the articles and searches without a result.
pub fn add(rows: &mut Rows, ctx: &SeedContext<'_>, author: Uuid) {
    for (number, text) in TEXTS.iter().enumerate() {
        let at =
            ctx.now - TimeDelta::days(40) + TimeDelta::hours(i64::try_from(number).unwrap_or(0));
        let published = at + TimeDelta::minutes(20);
        let id = id_of("demo article", number, at);
        let is_published = text.readers.is_some();
        // The second article has changes that are not published.
        let draft = (number == 1).then(|| {
            json!({
                "title": text.title, "category": text.category, "tags": text.tags,
                "content": format!("{}\n\nA restart of the phone helps as well.", text.content),
            })
        });
        let readers = text.readers.as_ref();
        rows.add("knowledge_base", json!({
            "id": id, "title": text.title, "slug": text.slug, "content": text.content, "category": text.category, "tags": text.tags, "locale": "en",
            "group_id": id_of("demo article group", number, at), "draft": draft, "is_published": is_published, "published_at": is_published.then_some(published),
            "views": readers.map_or(0, |readers| readers.views), "helpful_count": readers.map_or(0, |readers| readers.helpful),
            "unhelpful_count": readers.map_or(0, |readers| readers.unhelpful), "author_id": author, "version": 1, "created_at": at, "updated_at": published,
        }));
        let agent = Some((author, "support"));
        let event = |action| Event::new(action, "article", id);
        rows.audit(
            at,
            agent,
            event(AuditAction::ArticleCreate),
            Value::Null,
            None,
        );
        if is_published {
            rows.add("article_versions", json!({
                "id": id_of("demo article version", number, published), "article_id": id, "number": 1, "title": text.title, "content": text.content,
                "category": text.category, "tags": text.tags, "author_id": author, "created_at": published,
            }));
            let change = json!({ "number": 1 });
            rows.audit(
                published,
                agent,
                event(AuditAction::ArticlePublish),
                change,
                None,
            );
        }
    }
    for (number, (query, count)) in [("esim laptop", 14), ("hotspot", 9), ("cancel order", 5)]
        .into_iter()
        .enumerate()
    {
        let at = ctx.now - TimeDelta::days(12);
        rows.add("article_searches", json!({
            "id": id_of("demo search", number, at), "query": query, "locale": "en", "count": count, "created_at": at, "searched_at": ctx.now - TimeDelta::hours(8),
        }));
    }
}
