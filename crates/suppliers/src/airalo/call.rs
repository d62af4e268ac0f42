//! Calls with a token.

use super::Airalo;
use crate::{
    Account, SupplierError,
    http::{Call, Reply},
};

impl Airalo {
    /// Sends a call with the token of the account. When the provider does not accept the token, the call is sent again once
    /// with a new one: the provider checks the token before it works on a request.
    pub(super) async fn send<'a>(
        &'a self,
        account: &'a Account,
        build: impl Fn() -> Call<'a> + Send,
    ) -> Result<Reply, SupplierError> {
        let token = self.tokens.get(&self.http, account).await?;
        let reply = build().bearer(&token.value).send().await?;
        if reply.status != 401 {
            return Ok(reply);
        }
        self.tokens.discard(account, &token).await;
        let token = self.tokens.get(&self.http, account).await?;
        let reply = build().bearer(&token.value).send().await?;
        if reply.status != 401 {
            return Ok(reply);
        }
        Err(SupplierError::Unauthorized {
            message: "the provider does not accept the token".into(),
        })
    }
}
