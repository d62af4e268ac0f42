//! Lists as people like them: what a list is narrowed to, in which order, with which columns. A view is the part of
//! a list's address behind the question mark, under a name.

mod lists;

pub use lists::lists;

use crate::{
    AnyOf, Check, FieldErrors, Resource, UserId, ViewId, accounts::users::UserRole, check::maybe,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_with_macros::skip_serializing_none;

/// The longest query that is kept.
pub const LONGEST: usize = 2000;
/// Parameters that say where somebody is in a list, and not which list it is.
pub const PASSING: &[&str] = &["after", "before", "at", "view"];
/// Lists that are searched over sealed data: what is typed there may name a person, and a view is not sealed.
const SEALED: &[&str] = &["/accounts/users"];

text_enum! {
    /// Whom a saved view is for.
    ViewAudience: ViewAudience, "view_audience" { Mine = "mine", Role = "role", Everyone = "everyone" }
}

/// Whether an address may be that of a list in the panel: words of small letters, no ids.
pub fn is_list(address: &str) -> bool {
    let is_word =
        |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
    let words = address.strip_prefix('/').map(|rest| rest.split('/'));
    address.len() <= 60 && words.is_some_and(|mut words| words.all(is_word))
}

/// Whether a view of this list keeps this parameter.
pub fn keeps(list: &str, key: &str) -> bool {
    let is_sealed = key == "q" && SEALED.contains(&list);
    !is_sealed && !PASSING.contains(&key)
}

/// A list as somebody likes it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, diesel::Queryable, diesel::Selectable), diesel(table_name = schema::saved_views, check_for_backend(diesel::pg::Pg)))]
pub struct View {
    /// Which view.
    pub id: ViewId,
    /// Who has saved it.
    pub owner_id: UserId,
    /// The list's address in the panel, such as `/billing/orders`.
    pub list: String,
    /// What it is called.
    pub name: String,
    /// What stands behind the question mark, such as `status=paid&sort=-total_amount`.
    pub query: String,
    /// Whom it is for.
    pub audience: ViewAudience,
    /// The role that it is for, where it is for one.
    pub role: Option<UserRole>,
    /// Whether the list opens with it, for those whom it is for.
    pub is_default: bool,
    /// Revision, as the ETag carries it.
    pub version: i32,
    /// When it was saved.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// A view to be saved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct NewView {
    /// The list's address in the panel.
    #[cfg_attr(feature = "server", schema(example = "/billing/orders"))]
    pub list: String,
    /// What it is called, 60 characters at most.
    #[cfg_attr(feature = "server", schema(example = "To be reviewed"))]
    pub name: String,
    /// What stands behind the question mark, 2000 characters at most; no cursor.
    #[cfg_attr(
        feature = "server",
        schema(example = "status=needs_review&sort=-total_amount")
    )]
    pub query: String,
    /// Whom it is for; sharing it needs a permission of its own.
    pub audience: ViewAudience,
    /// The role of the staff that it is for, where it is for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<UserRole>,
    /// Whether the list opens with it from now on, for those whom it is for. The one before it does no longer.
    #[serde(default)]
    pub is_default: bool,
}

/// A change of a view; what is absent stays.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct EditView {
    /// What it is called.
    #[serde(default, deserialize_with = "maybe::value")]
    pub name: Option<String>,
    /// What stands behind the question mark.
    #[serde(default, deserialize_with = "maybe::value")]
    pub query: Option<String>,
    /// Whom it is for.
    #[serde(default, deserialize_with = "maybe::value")]
    pub audience: Option<ViewAudience>,
    /// The role that it is for; absent, it is for the same role as before, if it stays one role's.
    #[serde(default, deserialize_with = "maybe::given")]
    pub role: Option<Option<UserRole>>,
    /// Whether the list opens with it.
    #[serde(default, deserialize_with = "maybe::value")]
    pub is_default: Option<bool>,
}

filter! {
    /// What the list of views can be narrowed by.
    ViewFilter {
        /// Of this list, by its address in the panel.
        list: String,
        /// For any of these.
        audience: AnyOf<ViewAudience>,
    }
}
sort_keys!(/** What the list of views can be ordered by. */ ViewSort { CreatedAt = "created_at" asc, Name = "name", UpdatedAt = "updated_at" });

impl View {
    /// What it says, as it would be saved anew.
    pub fn as_new(&self) -> NewView {
        NewView {
            list: self.list.clone(),
            name: self.name.clone(),
            query: self.query.clone(),
            audience: self.audience,
            role: self.role,
            is_default: self.is_default,
        }
    }
    /// Whether it is for more people than its owner.
    pub fn is_shared(&self) -> bool {
        self.audience != ViewAudience::Mine
    }
}

impl NewView {
    /// With these changes.
    pub fn changed(mut self, edit: &EditView) -> Self {
        if let Some(name) = &edit.name {
            self.name.clone_from(name);
        }
        if let Some(query) = &edit.query {
            self.query.clone_from(query);
        }
        if let Some(audience) = edit.audience {
            self.audience = audience;
        }
        self.role = match edit.role {
            Some(role) => role,
            None if self.audience == ViewAudience::Role => self.role,
            None => None,
        };
        self.is_default = edit.is_default.unwrap_or(self.is_default);
        self
    }
}

impl Resource for View {
    const PATH: &'static str = "/v1/views";
    const ONE: &'static str = "view";
    const MANY: &'static str = "views";
    type Id = ViewId;
    type Filter = ViewFilter;
    type Sort = ViewSort;
    fn id(&self) -> ViewId {
        self.id
    }
    fn version(&self) -> i32 {
        self.version
    }
    fn label(&self) -> String {
        self.name.clone()
    }
}

impl Check for NewView {
    fn check(&self, bad: &mut FieldErrors) {
        if !lists::is_known(&self.list) {
            bad.add(
                "list",
                "address",
                "Enter the address of a list in the panel, such as /billing/orders.",
            );
        }
        bad.length("name", &self.name, 1, 60);
        query(bad, &self.list, &self.query);
        match (self.audience, self.role) {
            (ViewAudience::Role, None) => bad.add("role", "required", "Choose the role."),
            (ViewAudience::Role, Some(role)) if !role.is_staff() => {
                bad.add("role", "not_staff", "Choose a role of the staff.")
            }
            (ViewAudience::Mine | ViewAudience::Everyone, Some(_)) => bad.add(
                "role",
                "not_for_a_role",
                "Leave the role out, or choose `role` as the audience.",
            ),
            _ => {}
        }
    }
}

/// Only what can be said of one field; the whole is checked once it is known what stays.
impl Check for EditView {
    fn check(&self, bad: &mut FieldErrors) {
        if let Some(name) = &self.name {
            bad.length("name", name, 1, 60);
        }
        if let Some(text) = &self.query {
            query(bad, "", text);
        }
    }
}

/// A query string as the panel writes one: keys in small letters, each once, values escaped.
fn query(bad: &mut FieldErrors, list: &str, text: &str) {
    if text.len() > LONGEST {
        return bad.add(
            "query",
            "too_long",
            format!("Use {LONGEST} characters at most."),
        );
    }
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.~,:%+".contains(&b);
    let mut seen = Vec::new();
    for pair in text.split('&').filter(|_| !text.is_empty()) {
        let Some((key, value)) = pair.split_once('=') else {
            return bad.add("query", "query", "Write it as `key=value&key=value`.");
        };
        let is_word = key.starts_with(|c: char| c.is_ascii_lowercase())
            && key.len() <= 40
            && key
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        if !is_word || !value.bytes().all(plain) {
            return bad.add(
                "query",
                "query",
                "Use keys such as `status`, and values escaped as in an address.",
            );
        }
        if PASSING.contains(&key) {
            return bad.add(
                "query",
                "cursor",
                format!("Leave `{key}` out: a view is a whole list, from its first page."),
            );
        }
        if !keeps(list, key) {
            return bad.add(
                "query",
                "personal",
                "Leave the search out: on this list it may name a person.",
            );
        }
        let decoded = form_urlencoded::parse(pair.as_bytes()).next();
        let value = decoded.map(|(_, value)| value).unwrap_or_default();
        if let Some(why) = lists::refusal(list, key, &value) {
            return bad.add("query", "filter", why);
        }
        if seen.contains(&key) {
            return bad.add("query", "repeated", format!("Give `{key}` once."));
        }
        seen.push(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(list: &str, query: &str) -> NewView {
        NewView {
            list: list.to_owned(),
            name: "Mine".to_owned(),
            query: query.to_owned(),
            audience: ViewAudience::Mine,
            role: None,
            is_default: false,
        }
    }

    fn faults(view: &NewView) -> Vec<(String, String)> {
        let faults = view.faults().into_iter();
        faults.map(|fault| (fault.field, fault.code)).collect()
    }

    #[test]
    fn a_query_is_what_the_panel_writes() {
        for fine in [
            "",
            "status=paid,failed&sort=-total_amount&limit=25",
            "q=5%20GB&cols=order,status",
            "created_at_from=2026-01-01T00:00:00Z",
        ] {
            assert_eq!(faults(&view("/billing/orders", fine)), [], "{fine}");
        }
        for (query, code) in [
            ("?status=paid", "query"),
            ("status", "query"),
            ("status=<script>", "query"),
            ("Status=paid", "query"),
            ("status=paid&", "query"),
            ("after=abc", "cursor"),
            ("status=paid&before=abc", "cursor"),
            ("view=01930000-0000-7000-8000-000000000001", "cursor"),
            ("status=paid&status=failed", "repeated"),
            (&format!("q={}", "x".repeat(LONGEST)), "too_long"),
        ] {
            assert_eq!(
                faults(&view("/billing/orders", query)),
                [("query".to_owned(), code.to_owned())],
                "{query}"
            );
        }
    }

    #[test]
    fn a_search_that_may_name_a_person_is_not_kept() {
        assert_eq!(
            faults(&view("/accounts/users", "q=ada%40example.com")),
            [("query".to_owned(), "personal".to_owned())]
        );
        assert_eq!(faults(&view("/accounts/users", "status=active")), []);
    }

    #[test]
    fn a_list_is_an_address_of_the_panel() {
        for address in [
            "",
            "/",
            "billing/orders",
            "/billing//orders",
            "/Billing",
            "/a?b",
        ] {
            assert_eq!(
                faults(&view(address, "")),
                [("list".to_owned(), "address".to_owned())],
                "{address}"
            );
        }
    }

    #[test]
    fn a_role_is_named_where_it_is_for_one() {
        let with = |audience, role| {
            faults(&NewView {
                audience,
                role,
                ..view("/billing/orders", "")
            })
        };
        assert_eq!(with(ViewAudience::Role, Some(UserRole::Support)), []);
        for (audience, role) in [
            (ViewAudience::Role, None),
            (ViewAudience::Role, Some(UserRole::Customer)),
            (ViewAudience::Mine, Some(UserRole::Support)),
            (ViewAudience::Everyone, Some(UserRole::Admin)),
        ] {
            assert_eq!(with(audience, role).len(), 1, "{audience} {role:?}");
        }
    }

    #[test]
    fn whoever_takes_a_view_back_takes_it_from_its_role() {
        let shared = NewView {
            audience: ViewAudience::Role,
            role: Some(UserRole::Support),
            ..view("/billing/orders", "")
        };
        let edit = |audience| EditView {
            audience,
            ..EditView::default()
        };
        let stays = shared.clone().changed(&edit(None));
        assert_eq!(stays, shared);
        let back = shared.changed(&edit(Some(ViewAudience::Mine)));
        assert_eq!((back.audience, back.role), (ViewAudience::Mine, None));
    }
}
