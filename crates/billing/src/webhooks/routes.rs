//! Where payment gateways call.

use super::Delivery;
use actix_web::{HttpRequest, post, web::Data};
use platform::{Ctx, NoContent, Result, Upload, http};

/// Take in an event of a payment gateway.
///
/// Called by the gateway: `stripe` signs with `Stripe-Signature`, the simulator with `Simulator-Signature`. Anything
/// but a good signature changes nothing. An event that was told before is answered as if it were new.
#[utoipa::path(tag = "billing/webhooks", security(()), params(("gateway" = String, Path, description = "`stripe` or `simulator`")),
    request_body(content = serde_json::Value, content_type = "application/json"),
    responses((status = 204, description = "Taken in"), (status = 401, description = "The signature does not fit"), (status = 404, description = "No such gateway here")))]
#[post("/webhooks/{gateway}")]
pub async fn receive(ctx: Data<Ctx>, request: HttpRequest, body: Upload) -> Result<NoContent> {
    let gateway = request.match_info().get("gateway").unwrap_or_default();
    let delivery = Delivery {
        gateway,
        signature: signature(&request, gateway),
        body: &body.bytes,
        network: http::network(&request, ctx.config.trusted_proxy),
    };
    super::receive(&ctx, delivery).await.map(|()| NoContent)
}

fn signature<'a>(request: &'a HttpRequest, gateway: &str) -> &'a str {
    request
        .headers()
        .get(format!("{gateway}-signature"))
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}
