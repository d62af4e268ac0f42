//! The list of users.

use super::{actions, is_super_admin, kyc, status};
use kit::{
    format::sentence,
    page::list_page,
    table::{ago, choice, dates, day, flag, maybe, picked, state, text, value},
    ui::Value,
};
use leptos::prelude::*;
use wire::{
    Permission,
    accounts::api_clients::ApiClient,
    accounts::users::{KycStatus, User, UserRole, UserSort, UserStatus},
};

/// Draws the list.
pub fn screen() -> AnyView {
    let new = if is_super_admin() {
        "New user"
    } else {
        "New customer"
    };
    let created = |user: &User| Some(user.created_at);
    let updated = |user: &User| Some(user.updated_at);
    let source = picked::<ApiClient>("client_id", "Source");
    list_page::<User>("Users")
        .search("Name, e-mail or phone")
        .opens(|user| format!("/accounts/users/{}", user.id))
        .column(value("Name", |user: &User| {
            Value::text(user.full_name()).note(user.email.clone())
        }))
        .column(state("Status", status))
        .column(text("Role", |user: &User| sentence(user.role.as_str())))
        .column(value("KYC", kyc).wide())
        .column(maybe("Phone", |user: &User| user.phone.clone()).extra())
        .column(ago("Last sign-in", |user: &User| user.last_login).sort(UserSort::LastLogin))
        .column(day("Created", created).sort(UserSort::CreatedAt).wide())
        .column(day("Updated", updated).sort(UserSort::UpdatedAt).extra())
        .column(day("Archived", |user: &User| user.deleted_at).extra())
        .filter(choice("role", "Role", UserRole::WORDS))
        .filter(choice("status", "Status", UserStatus::WORDS))
        .filter(choice("kyc_status", "KYC", KycStatus::WORDS))
        .filter(dates("created_at_from", "created_at_to", "Created"))
        .filter(dates("last_login_from", "last_login_to", "Last sign-in"))
        .filter_for(Permission::ApiClientsRead, source)
        .filter_for(Permission::UsersDelete, flag("is_deleted", "Archived"))
        .actions(actions::bulk_actions())
        .new_button(new, "/accounts/users/new", Permission::UsersCreate)
        .empty(
            "No users yet",
            "Customers appear here when they sign up or when you create them.",
        )
        .show()
}
