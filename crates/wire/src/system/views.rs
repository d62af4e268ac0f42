//! Saved views of lists: filter, sort order and columns. A view is the query string of a list's URL, under a name.

mod lists;

pub use lists::lists;

use crate::{
    AnyOf, Check, FieldErrors, Resource, UserId, ViewId, accounts::users::UserRole,
    check::edit_field,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_with_macros::skip_serializing_none;

/// Maximum length of a stored query.
pub const MAX_QUERY_LENGTH: usize = 2000;
/// Parameters that hold the position in a list and are not part of a view.
pub const POSITION_PARAMETERS: &[&str] = &["after", "before", "at", "view"];
/// Lists that are searched over encrypted data. A search text may name a person, and views are not encrypted.
const ENCRYPTED_LISTS: &[&str] = &["/accounts/users", "/support/tickets"];

text_enum! {
    /// Users who can see a saved view.
    ViewAudience: ViewAudience, "view_audience" { Mine = "mine", Role = "role", Everyone = "everyone" }
}

/// Returns whether a path can be that of a list in the panel: lower-case words, no IDs.
pub fn is_list(address: &str) -> bool {
    let is_word =
        |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
    let words = address.strip_prefix('/').map(|rest| rest.split('/'));
    address.len() <= 60 && words.is_some_and(|mut words| words.all(is_word))
}

/// Returns whether a view of this list stores this parameter.
pub fn stores_parameter(list: &str, key: &str) -> bool {
    let is_sealed = key == "q" && ENCRYPTED_LISTS.contains(&list);
    !is_sealed && !POSITION_PARAMETERS.contains(&key)
}

/// A saved view of a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, diesel::Queryable, diesel::Selectable), diesel(table_name = schema::saved_views, check_for_backend(diesel::pg::Pg)))]
pub struct View {
    /// ID of the view.
    pub id: ViewId,
    /// The user who saved the view.
    pub owner_id: UserId,
    /// Panel path of the list, such as `/billing/orders`.
    pub list: String,
    /// Name of the view.
    pub name: String,
    /// Query string, such as `status=paid&sort=-total_amount`.
    pub query: String,
    /// Users who can see the view.
    pub audience: ViewAudience,
    /// The role that the view is shared with, if its audience is a role.
    pub role: Option<UserRole>,
    /// Whether the list opens with the view, for the users of its audience.
    pub is_default: bool,
    /// Version of the view, as sent in the `ETag`.
    pub version: i32,
    /// When the view was saved.
    pub created_at: DateTime<Utc>,
    /// When the view was last changed.
    pub updated_at: DateTime<Utc>,
}

/// A view to save.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct NewView {
    /// Panel path of the list.
    #[cfg_attr(feature = "server", schema(example = "/billing/orders"))]
    pub list: String,
    /// Name of the view, 60 characters at most.
    #[cfg_attr(feature = "server", schema(example = "To be reviewed"))]
    pub name: String,
    /// Query string, 2000 characters at most, without a cursor.
    #[cfg_attr(
        feature = "server",
        schema(example = "status=needs_review&sort=-total_amount")
    )]
    pub query: String,
    /// Users who can see the view. Sharing a view requires a separate permission.
    pub audience: ViewAudience,
    /// The staff role that the view is shared with, if its audience is a role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<UserRole>,
    /// Whether the list opens with the view, for the users of its audience. It replaces their previous default.
    #[serde(default)]
    pub is_default: bool,
}

/// A change of a view; absent fields stay unchanged.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct EditView {
    /// Name of the view.
    #[serde(default, deserialize_with = "edit_field::not_null")]
    pub name: Option<String>,
    /// Query string.
    #[serde(default, deserialize_with = "edit_field::not_null")]
    pub query: Option<String>,
    /// Users who can see the view.
    #[serde(default, deserialize_with = "edit_field::not_null")]
    pub audience: Option<ViewAudience>,
    /// The role that the view is shared with; when absent, the role stays unchanged if the audience stays a role.
    #[serde(default, deserialize_with = "edit_field::nullable")]
    pub role: Option<Option<UserRole>>,
    /// Whether the list opens with the view.
    #[serde(default, deserialize_with = "edit_field::not_null")]
    pub is_default: Option<bool>,
}

filter! {
    /// Filter of the list of views.
    ViewFilter {
        /// Views of this list, by its panel path.
        list: String,
        /// Views for any of these audiences.
        audience: AnyOf<ViewAudience>,
    }
}
sort_keys!(
    /// Sort keys of the list of views.
    ViewSort { CreatedAt = "created_at" asc, Name = "name", UpdatedAt = "updated_at" });

impl View {
    /// Returns the view as a request that would save it.
    pub fn to_new_view(&self) -> NewView {
        NewView {
            list: self.list.clone(),
            name: self.name.clone(),
            query: self.query.clone(),
            audience: self.audience,
            role: self.role,
            is_default: self.is_default,
        }
    }
    /// Returns whether users other than the owner can see the view.
    pub fn is_shared(&self) -> bool {
        self.audience != ViewAudience::Mine
    }
}

impl NewView {
    /// Returns the request with these changes.
    pub fn with_changes(mut self, edit: &EditView) -> Self {
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
                "Enter the path of a list in the panel, such as /billing/orders.",
            );
        }
        bad.length("name", &self.name, 1, 60);
        query(bad, &self.list, &self.query);
        match (self.audience, self.role) {
            (ViewAudience::Role, None) => bad.add("role", "required", "Choose the role."),
            (ViewAudience::Role, Some(role)) if !role.is_staff() => {
                bad.add("role", "not_staff", "Choose a staff role.")
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

/// Validates single fields. The server validates the changed view as well, once it knows the unchanged fields.
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

/// Validates a query string as the panel writes it: lower-case keys, each once, with escaped values.
fn query(bad: &mut FieldErrors, list: &str, text: &str) {
    if text.len() > MAX_QUERY_LENGTH {
        return bad.add(
            "query",
            "too_long",
            format!("Use {MAX_QUERY_LENGTH} characters at most."),
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
                "Use keys such as `status`, and URL-encoded values.",
            );
        }
        if POSITION_PARAMETERS.contains(&key) {
            return bad.add(
                "query",
                "cursor",
                format!("Leave `{key}` out: a view always starts at the first page."),
            );
        }
        if !stores_parameter(list, key) {
            return bad.add(
                "query",
                "personal",
                "Leave the search text out: on this list it may name a person.",
            );
        }
        let decoded = form_urlencoded::parse(pair.as_bytes()).next();
        let value = decoded.map(|(_, value)| value).unwrap_or_default();
        if let Some(why) = lists::refusal(list, key, &value) {
            return bad.add("query", "filter", why);
        }
        if seen.contains(&key) {
            return bad.add("query", "repeated", format!("Use `{key}` once."));
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

    fn errors(view: &NewView) -> Vec<(String, String)> {
        let errors = view.field_errors().into_iter();
        errors.map(|error| (error.field, error.code)).collect()
    }

    #[test]
    fn query_accepts_panel_query_strings_only() {
        for fine in [
            "",
            "status=paid,failed&sort=-total_amount&limit=25",
            "q=5%20GB&cols=order,status",
            "created_at_from=2026-01-01T00:00:00Z",
        ] {
            assert_eq!(errors(&view("/billing/orders", fine)), [], "{fine}");
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
            (&format!("q={}", "x".repeat(MAX_QUERY_LENGTH)), "too_long"),
        ] {
            assert_eq!(
                errors(&view("/billing/orders", query)),
                [("query".to_owned(), code.to_owned())],
                "{query}"
            );
        }
    }

    #[test]
    fn search_over_encrypted_data_is_not_stored() {
        assert_eq!(
            errors(&view("/accounts/users", "q=ada%40example.com")),
            [("query".to_owned(), "personal".to_owned())]
        );
        assert_eq!(errors(&view("/accounts/users", "status=active")), []);
    }

    #[test]
    fn list_must_be_panel_path() {
        for address in [
            "",
            "/",
            "billing/orders",
            "/billing//orders",
            "/Billing",
            "/a?b",
        ] {
            assert_eq!(
                errors(&view(address, "")),
                [("list".to_owned(), "address".to_owned())],
                "{address}"
            );
        }
    }

    #[test]
    fn role_is_required_for_role_audience() {
        let with = |audience, role| {
            errors(&NewView {
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
    fn role_is_cleared_when_view_becomes_private() {
        let shared = NewView {
            audience: ViewAudience::Role,
            role: Some(UserRole::Support),
            ..view("/billing/orders", "")
        };
        let edit = |audience| EditView {
            audience,
            ..EditView::default()
        };
        let stays = shared.clone().with_changes(&edit(None));
        assert_eq!(stays, shared);
        let back = shared.with_changes(&edit(Some(ViewAudience::Mine)));
        assert_eq!((back.audience, back.role), (ViewAudience::Mine, None));
    }
}
