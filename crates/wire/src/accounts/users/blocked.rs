//! Users who were suspended or banned.

use super::{User, UserFilter, UserSort};
use crate::{Resource, UserId, accounts::api_clients::CreatedApiClient};
use serde::{Deserialize, Serialize};

/// A suspended or banned user, and the API clients that the user created and that can still make requests. The user has
/// seen their keys: rotate or revoke them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct BlockedUser {
    /// The user.
    #[serde(flatten)]
    pub user: User,
    /// API clients whose keys should be rotated or revoked, the oldest first.
    pub api_clients: Vec<CreatedApiClient>,
}

impl Resource for BlockedUser {
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
