//! A person who was suspended or banned.

use super::{User, UserFilter, UserSort};
use crate::{Resource, UserId, accounts::api_clients::CreatedClient};
use serde::{Deserialize, Serialize};

/// A suspended or banned person, and the API clients that they created and that can still call. The person has seen the
/// keys: rotate or revoke them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ClosedUser {
    /// The person.
    #[serde(flatten)]
    pub user: User,
    /// The clients to decide about, the oldest first.
    pub api_clients: Vec<CreatedClient>,
}

impl Resource for ClosedUser {
    const PATH: &'static str = User::PATH;
    const ONE: &'static str = User::ONE;
    const MANY: &'static str = User::MANY;
    const NAMES_PEOPLE: bool = true;
    type Id = UserId;
    type Filter = UserFilter;
    type Sort = UserSort;
    fn id(&self) -> UserId {
        self.user.id
    }
    fn version(&self) -> i32 {
        self.user.version
    }
    fn label(&self) -> String {
        self.user.label()
    }
}
