//! Orders of packages for an eSIM.

use super::{
    EsimGo,
    orders::{Target, cost, is_completed, is_in_window},
};
use crate::{Account, Json, Sent, SuppliedTopUp, SupplierError, TopUp, TopUpDelivery};
use chrono::TimeDelta;

/// When to ask for a package that is still processed.
const ASK_AGAIN: TimeDelta = TimeDelta::seconds(30);

impl EsimGo {
    pub(super) async fn place_top_up(
        &self,
        account: &Account,
        topup: &TopUp,
    ) -> Result<TopUpDelivery, SupplierError> {
        let target = Target::Existing(&topup.esim.iccid);
        let order = self.buy(account, &topup.purchase, &target).await?;
        let Some(order_ref) = order.get("orderReference").string() else {
            return Err(SupplierError::unknown("the answer contains no order"));
        };
        let item = order.get("order").first();
        let named = item.get("esims").first().get("iccid").exact_text();
        if named.is_some_and(|iccid| iccid != topup.esim.iccid) {
            return Err(SupplierError::Unknown {
                message: "the provider put the package on another eSIM".into(),
                order_ref: Some(order_ref),
            });
        }
        if !is_completed(&order) {
            return Ok(TopUpDelivery::Pending {
                order_ref,
                ask_again: ASK_AGAIN,
            });
        }
        Ok(TopUpDelivery::Ready(SuppliedTopUp {
            order_ref,
            bundle_ref: None,
            is_running: false,
            starts_at: None,
            expires_at: None,
            cost: cost(&order),
        }))
    }

    /// Looks up a top-up among the packages of the eSIM: by the number of the order, if known, or else by the SKU and the time.
    pub(super) async fn look_up_top_up(
        &self,
        account: &Account,
        sent: &Sent<TopUp>,
    ) -> Result<Option<TopUpDelivery>, SupplierError> {
        let topup = &sent.order;
        let (bundles, skew) = self
            .read_bundles(account, &topup.esim.iccid)
            .await
            .map_err(SupplierError::of_look_up)?;
        let mut found: Vec<(String, &Json)> = Vec::new();
        for bundle in bundles.get("bundles").items() {
            if bundle.get("name").text() != Some(topup.purchase.sku.as_str()) {
                continue;
            }
            for assignment in bundle.get("assignments").items() {
                let Some(order_ref) = order_of(assignment) else {
                    continue;
                };
                // A package with calls and data has several assignments of one order.
                let is_ours = match &sent.order_ref {
                    Some(known) => *known == order_ref,
                    None => is_candidate(assignment, &order_ref, sent, skew),
                };
                if is_ours && !found.iter().any(|(other, _)| *other == order_ref) {
                    found.push((order_ref, assignment));
                }
            }
        }
        match found.as_slice() {
            [] => Ok(None),
            [(order_ref, assignment)] => Ok(Some(TopUpDelivery::Ready(SuppliedTopUp {
                order_ref: order_ref.clone(),
                bundle_ref: assignment.get("id").string(),
                is_running: assignment.get("bundleState").text() == Some("active"),
                starts_at: assignment.get("startTime").time(),
                expires_at: assignment.get("endTime").time(),
                cost: None,
            }))),
            _ => Err(SupplierError::unknown(
                "more than one new package on the eSIM can be the top-up",
            )),
        }
    }
}

fn is_candidate(assignment: &Json, order_ref: &str, sent: &Sent<TopUp>, skew: TimeDelta) -> bool {
    let is_known = |list: &[String], id: &str| list.iter().any(|known| known == id);
    let id = assignment.get("id").text().unwrap_or_default();
    !is_known(&sent.order.known_bundles, id)
        && !is_known(&sent.known_orders, order_ref)
        && assignment
            .get("assignmentDateTime")
            .time()
            .is_none_or(|time| is_in_window(time, sent.sent_at, skew))
}

/// Returns the number of the order of an assignment, whose reference is that number and a counter.
pub(super) fn order_of(assignment: &Json) -> Option<String> {
    let reference = assignment.get("assignmentReference").text()?;
    let is_counter = |text: &str| text.len() <= 3 && text.bytes().all(|b| b.is_ascii_digit());
    Some(match reference.rsplit_once('-') {
        Some((order_ref, counter)) if is_counter(counter) => order_ref.to_owned(),
        _ => reference.to_owned(),
    })
}
