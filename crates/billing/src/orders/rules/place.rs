//! Placing an order: who buys, what it comes to, what is written.

use super::{
    super::{
        jobs::Expire,
        letter,
        query::{self, Draft},
    },
    chargeable::chargeable,
    frozen, topup, unpaid,
};
use crate::transactions;
use catalog::{
    pricing,
    promotions::{self, Purchase, Reservation},
};
use chrono::{DateTime, TimeDelta, Utc};
use integrations::allocations;
use platform::{
    Actor, Conn, Ctx, Error, Result, Tx,
    audit::{self, AuditEvent},
    jobs, people,
    settings::{self, PaymentWindow, RecordedWindow, TaxPercent, TransferReservation},
};
use serde_json::json;
use wire::{
    Check, Currency, Decimal, FieldError, Money, OrderId, PlanId, ProblemCode, Reach, UserId,
    billing::{
        orders::{NewOrder, Order, OrderQuote, QuoteOrder},
        transactions::PaymentMethod,
    },
    catalog::plans::{Plan, Quote},
};

/// What an order comes to.
#[derive(Debug, Clone, PartialEq)]
pub struct Amounts {
    /// Before discount and tax.
    pub amount: Money,
    /// What a promotion takes off.
    pub discount: Money,
    /// Tax on what is left.
    pub tax: Money,
    /// What the customer pays.
    pub total: Money,
}

impl Amounts {
    /// Of an amount, a discount, and a rate of tax in percent: each is rounded once, and the total is their sum.
    pub fn of(amount: Money, discount: Money, percent: &Decimal, currency: Currency) -> Self {
        let net = amount.minus(&discount);
        let tax = net.percent_in(percent, currency);
        Self {
            total: net.plus(&tax),
            amount,
            discount,
            tax,
        }
    }
}

/// Places an order: the price of this moment, terms frozen, a use of the promotion held, a payment pending. Stock is
/// taken after payment.
pub fn place(tx: &mut Tx<'_>, actor: &Actor, ctx: &Ctx, new: NewOrder) -> Result<Order> {
    let now = ctx.clock.now();
    let buyer = buyer(tx, actor, ctx, &new)?;
    let (plan, quote) = sold(tx.conn(), &new, now)?;
    if let Some(reason) = verification(tx.conn(), &plan, Some(buyer))? {
        return Err(Error::fields(vec![reason]));
    }
    unpaid::within_limits(tx, actor, buyer, new.quantity)?;
    match new.esim_id {
        Some(esim) => topup::allowed(tx.conn(), ctx, esim, Some(buyer), &plan)?,
        None => in_stock(tx, ctx, &new)?,
    }
    let amount = quote.selling_price.times(new.quantity);
    payable(&amount, new.currency)?;
    let rate = settings::get(tx.conn(), TaxPercent)?;
    let purchase = |code| Purchase {
        code,
        user: Some(buyer),
        plan: new.plan_id,
        amount: &amount,
        currency: new.currency,
        now,
    };
    let taken = match &new.promo_code {
        Some(code) => Some(promotions::reserve(tx, buyer, &purchase(code))?),
        None => None,
    };
    let discount = taken
        .as_ref()
        .map_or_else(Money::zero, |taken| taken.discount.clone());
    let amounts = Amounts::of(amount.clone(), discount, &rate, new.currency);
    payable(&amounts.total, new.currency)?;

    if let Some(refusal) = chargeable(ctx, new.payment_method, &amounts.total, new.currency) {
        return Err(Error::fields(vec![refusal]));
    }

    let window = window(tx.conn(), new.payment_method)?;
    let draft = Draft {
        id: OrderId::new(),
        user_id: buyer,
        terms: frozen(&plan),
        region: quote.region,
        unit_price: quote.selling_price,
        unit_cost: quote.cost_price.unwrap_or_else(Money::zero),
        amounts,
        created_by: actor.id,
        client_id: actor.client.as_ref().map(|client| client.id),
        expires_at: now + window.payment,
        reserved_until: now + window.reservation,
        now,
    };
    query::insert(tx, &new, &draft)?;
    if let (Some(taken), Some(code)) = (&taken, &new.promo_code) {
        promotions::record_reservation(tx, taken, draft.id, buyer, &purchase(code))?;
    }
    open(tx, actor, &new, &draft, taken.as_ref())?;
    if new.payment_method.is_recorded() && draft.amounts.total.is_positive() {
        letter::payment_instructions(tx, &actor.keys, draft.id, new.payment_method)?;
    }
    let seen = Actor {
        reach: Reach::All,
        ..actor.clone()
    };
    query::find(tx.conn(), &seen, draft.id)
}

/// Rejects an order for more than can be delivered: of a plan that no provider can be asked for, no more is ordered
/// than there is in stock.
fn in_stock(tx: &mut Tx<'_>, ctx: &Ctx, new: &NewOrder) -> Result<()> {
    let (adapters, now) = (ctx.adapters(), ctx.clock.now());
    if query::left(tx.conn(), new.plan_id, &adapters, now)?.is_none() {
        return Ok(());
    }
    query::queue_for(tx, new.plan_id)?;
    let left = query::left(tx.conn(), new.plan_id, &adapters, now)?;
    match sold_out(left, new.quantity) {
        Some(says) => Err(Error::with_detail(ProblemCode::SoldOut, says)),
        None => Ok(()),
    }
}

/// What is said when less is left than is wanted.
fn sold_out(left: Option<i64>, wanted: i32) -> Option<String> {
    let left = left?;
    (left < wanted.into()).then(|| match left {
        ..=0 => "The plan is sold out.".to_owned(),
        left => format!("Only {left} of this plan are left."),
    })
}

/// Opens the payment; what costs nothing is paid at once, without a gateway.
fn open(
    tx: &mut Tx<'_>,
    actor: &Actor,
    new: &NewOrder,
    draft: &Draft,
    taken: Option<&Reservation>,
) -> Result<()> {
    let payment = transactions::open(
        tx,
        &transactions::Due {
            order: draft.id,
            user: draft.user_id,
            plan: new.plan_id,
            esim: new.esim_id,
            promotion: taken.map(|taken| taken.promotion),
            amounts: draft.amounts.clone(),
            currency: new.currency,
            method: new.payment_method,
            checkout: new.checkout,
            now: draft.now,
        },
    )?;
    audit::record(tx, actor, AuditEvent::new("order.place", "order", draft.id.0).with_change(json!({
        "plan_id": new.plan_id, "kind": new.kind, "esim_id": new.esim_id, "quantity": new.quantity,
        "promotion_id": taken.map(|taken| taken.promotion), "discount_amount": draft.amounts.discount, "tax_amount": draft.amounts.tax,
        "total_amount": draft.amounts.total, "currency": new.currency, "payment_method": new.payment_method, "transaction_id": payment,
    })))?;
    if draft.amounts.total.is_positive() {
        jobs::enqueue_at(tx, &Expire { order: draft.id }, draft.expires_at)
    } else {
        transactions::free(tx, actor, payment, draft.now)
    }
}

/// What an order would come to, and each reason why it would be refused. Nothing is taken.
pub fn quote(conn: &mut Conn, actor: &Actor, ctx: &Ctx, asked: &QuoteOrder) -> Result<OrderQuote> {
    let now = ctx.clock.now();
    let new = asked
        .order()
        .ok_or_else(|| Error::field("plan_id", "required", "Say which plan."))?;
    let faults = new.field_errors();
    if !faults.is_empty() {
        return Err(Error::fields(faults));
    }
    let new = &new;
    let customer = customer(conn, actor, new)?;
    let (plan, price) = sold(conn, new, now)?;
    let amount = price.selling_price.times(new.quantity);
    let rate = settings::get(conn, TaxPercent)?;
    let mut refusals: Vec<FieldError> = Vec::new();
    let refuses = |field: &str, code: &str, message: &str| FieldError {
        field: field.to_owned(),
        code: code.to_owned(),
        message: message.to_owned(),
    };
    refusals.extend(verification(conn, &plan, customer)?);
    if let Some(esim) = new.esim_id
        && let Err(Error::Refused(problem)) = topup::allowed(conn, ctx, esim, customer, &plan)
    {
        refusals.push(refuses(
            "esim_id",
            problem.code.as_str(),
            problem.sentence(),
        ));
    }
    if new.esim_id.is_none()
        && let Some(says) = sold_out(
            query::left(conn, new.plan_id, &ctx.adapters(), now)?,
            new.quantity,
        )
    {
        refusals.push(refuses("quantity", ProblemCode::SoldOut.as_str(), &says));
    }
    if let Some(says) = unpaid::exceeded(conn, actor, customer, new.quantity)? {
        refusals.push(refuses(
            "quantity",
            ProblemCode::TooManyUnpaid.as_str(),
            &says,
        ));
    }
    let mut discount = Money::zero();
    if let Some(code) = &new.promo_code {
        let verdict = promotions::evaluate(
            conn,
            &Purchase {
                code,
                user: customer,
                plan: new.plan_id,
                amount: &amount,
                currency: new.currency,
                now,
            },
        )?;
        let reasons = verdict.reasons.iter();
        refusals.extend(reasons.map(|why| refuses("promo_code", why.as_str(), why.sentence())));
        discount = verdict.discount_amount;
    }
    let sums = Amounts::of(amount, discount, &rate, new.currency);
    refusals.extend(chargeable(
        ctx,
        new.payment_method,
        &sums.total,
        new.currency,
    ));
    Ok(OrderQuote {
        region: price.region,
        unit_price: price.selling_price,
        quantity: new.quantity,
        amount: sums.amount,
        discount_amount: sums.discount,
        tax_percent: rate,
        tax_amount: sums.tax,
        total_amount: sums.total,
        currency: new.currency,
        price_until: price.effective_to,
        refusals,
    })
}

/// The plan, and its price at this moment.
fn sold(conn: &mut Conn, new: &NewOrder, now: DateTime<Utc>) -> Result<(Plan, Quote)> {
    let plan = query::plan(conn, new.plan_id)?.ok_or_else(|| {
        Error::with_detail(
            ProblemCode::PlanNotOnSale,
            "The plan does not exist or was withdrawn.",
        )
    })?;
    let region = new.region.as_deref();
    let quote = pricing::quote(conn, new.plan_id, region, new.currency, now)?;
    Ok((plan, quote))
}

/// For whom: somebody whom the actor may buy for; nobody where that is not said yet.
fn customer(conn: &mut Conn, actor: &Actor, new: &NewOrder) -> Result<Option<UserId>> {
    match (actor.reach, new.user_id) {
        (Reach::All, named) => Ok(named),
        (_, None) => Ok(actor.id),
        (_, Some(customer)) if query::is_theirs(conn, actor, customer)? => Ok(Some(customer)),
        _ => Err(Error::field(
            "user_id",
            "not_yours",
            "This is none of your customers.",
        )),
    }
}

/// Who buys: named, active, and kept from being deleted until the order is there.
fn buyer(tx: &mut Tx<'_>, actor: &Actor, ctx: &Ctx, new: &NewOrder) -> Result<UserId> {
    let named = customer(tx.conn(), actor, new)?.or(actor.id);
    let buyer = named.ok_or_else(|| {
        Error::field(
            "user_id",
            "required",
            "Say which of your customers it is for.",
        )
    })?;
    people::lock_for_key_share(tx, buyer)?;
    let Some(trade) = query::buyer(tx.conn(), buyer)? else {
        return Err(Error::field(
            "user_id",
            "unknown",
            "There is no active customer with this id.",
        ));
    };
    if trade.is_trial {
        nothing_real(tx, ctx, new.plan_id)?;
    }
    Ok(buyer)
}

/// Some plans are for customers only who have proven who they are.
fn verification(
    conn: &mut Conn,
    plan: &Plan,
    customer: Option<UserId>,
) -> Result<Option<FieldError>> {
    let (true, Some(customer)) = (plan.kyc_required, customer) else {
        return Ok(None);
    };
    let is_verified = query::buyer(conn, customer)?.is_some_and(|buyer| buyer.is_verified);
    Ok((!is_verified).then(|| FieldError {
        field: "user_id".to_owned(),
        code: "not_verified".to_owned(),
        message: "This plan is for customers whose documents were approved.".to_owned(),
    }))
}

/// What a client in test mode tries out must cost nobody anything.
fn nothing_real(tx: &mut Tx<'_>, ctx: &Ctx, plan: PlanId) -> Result<()> {
    if ctx.ports.payments.is_simulated() && !allocations::has_real_provider(tx.conn(), plan)? {
        return Ok(());
    }
    Err(Error::with_detail(
        ProblemCode::Forbidden,
        "This is a customer of a client in test mode, and here the payment or the provider would be real. \
         Try it out where both are simulated, or place the order with a live client.",
    ))
}

/// What a gateway can take in one payment.
fn payable(total: &Money, currency: Currency) -> Result<()> {
    if total
        .minor(currency)
        .is_none_or(|minor| minor >= 1_000_000_000)
    {
        return Err(Error::field(
            "quantity",
            "too_much",
            "The total is more than one payment can carry.",
        ));
    }
    Ok(())
}

/// For how long an order can be paid, and for how long it reserves stock.
struct Window {
    payment: TimeDelta,
    reservation: TimeDelta,
}

/// Returns the windows of a payment method. A payment that a person confirms can take days; it reserves stock for hours
/// only.
fn window(conn: &mut Conn, method: PaymentMethod) -> Result<Window> {
    if !method.is_recorded() {
        let payment = TimeDelta::minutes(settings::get(conn, PaymentWindow)?);
        return Ok(Window {
            payment,
            reservation: payment,
        });
    }
    let payment = TimeDelta::minutes(settings::get(conn, RecordedWindow)?);
    let reservation = TimeDelta::hours(settings::get(conn, TransferReservation)?);
    Ok(Window {
        payment,
        reservation: reservation.min(payment),
    })
}
