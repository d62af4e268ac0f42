//! Placing an order, and the quote of one: the customer, the price, the stock, the promotion and the payment.

use super::{
    charge_limits::check_charge,
    completion::complete_payment,
    jobs::{ExpireOrder, OpenPayment},
    topup::check_topup,
    unpaid_limits,
};
use crate::{
    amounts::Amounts,
    orders::{
        email,
        query::{self, OrderDraft},
    },
    transactions::{NewPayment, query as payments},
};
use catalog::{
    pricing,
    promotions::{self, Purchase, Reservation},
};
use chrono::{DateTime, TimeDelta, Utc};
use integrations::allocations;
use platform::{
    Actor, Conn, Ctx, Error, Result, Tx,
    audit::{self, AuditEvent},
    events, jobs, people,
    settings::{self, PaymentWindow, RecordedWindow, TaxPercent, TransferReservation},
};
use serde_json::json;
use wire::{
    Check, Currency, FieldError, Money, OrderId, PlanId, ProblemCode, Reach, TransactionId, UserId,
    billing::{
        orders::{NewOrder, Order, OrderQuote, PlanTerms, QuoteOrder},
        transactions::PaymentMethod,
    },
    catalog::plans::{Plan, Quote},
    insights::analytics::EventType,
    system::audit::AuditAction,
};

/// Places an order: freezes the current price and the terms, reserves a use of the promotion, and opens the payment.
/// Stock is taken after the payment.
pub fn place_order(tx: &mut Tx<'_>, actor: &Actor, ctx: &Ctx, new: NewOrder) -> Result<Order> {
    let now = ctx.clock.now();
    let buyer = buyer(tx, actor, ctx, &new)?;
    let (plan, quote) = plan_and_price(tx.conn(), &new, now)?;
    if let Some(reason) = check_verification(tx.conn(), &plan, Some(buyer))? {
        return Err(Error::fields(vec![reason]));
    }
    unpaid_limits::check_limits(tx, actor, buyer, new.quantity)?;
    match new.esim_id {
        Some(esim) => check_topup(tx.conn(), ctx, esim, Some(buyer), &plan)?,
        None => check_stock(tx, ctx, &new)?,
    }
    let amount = quote.selling_price.times(new.quantity);
    check_total(&amount, new.currency)?;
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
    let amounts = Amounts::calculate(amount.clone(), discount, &rate, new.currency);
    check_total(&amounts.total, new.currency)?;

    if let Some(refusal) = check_charge(ctx, new.payment_method, &amounts.total, new.currency) {
        return Err(Error::fields(vec![refusal]));
    }
    let window = window(tx.conn(), new.payment_method)?;
    let draft = OrderDraft {
        id: OrderId::new(),
        user_id: buyer,
        terms: freeze_terms(&plan),
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
    let payment = insert_payment(tx, &new, &draft, taken.as_ref())?;
    record_placed(tx, actor, &new, &draft, taken.as_ref(), payment)?;
    start_payment(tx, actor, &new, &draft, payment)?;
    if new.payment_method.is_recorded() && draft.amounts.total.is_positive() {
        email::payment_instructions(tx, &actor.keys, draft.id, new.payment_method)?;
    }
    let as_staff = Actor {
        reach: Reach::All,
        ..actor.clone()
    };
    query::find(tx.conn(), &as_staff, draft.id)
}

/// Rejects an order for more eSIMs than are in stock, where no provider offers the plan.
fn check_stock(tx: &mut Tx<'_>, ctx: &Ctx, new: &NewOrder) -> Result<()> {
    let (adapters, now) = (ctx.adapters(), ctx.clock.now());
    if query::stock_left(tx.conn(), new.plan_id, &adapters, now)?.is_none() {
        return Ok(());
    }
    query::lock_plan(tx, new.plan_id)?;
    let left = query::stock_left(tx.conn(), new.plan_id, &adapters, now)?;
    match sold_out(left, new.quantity) {
        Some(text) => Err(Error::with_detail(ProblemCode::SoldOut, text)),
        None => Ok(()),
    }
}

/// Returns the message where less is left than is ordered.
fn sold_out(left: Option<i64>, quantity: i32) -> Option<String> {
    let left = left?;
    (left < quantity.into()).then(|| match left {
        ..=0 => "The plan is sold out.".to_owned(),
        left => format!("Only {left} of this plan are left."),
    })
}

/// Inserts the pending payment of an order.
fn insert_payment(
    tx: &mut Tx<'_>,
    new: &NewOrder,
    draft: &OrderDraft,
    taken: Option<&Reservation>,
) -> Result<TransactionId> {
    let id = TransactionId::new();
    let payment = NewPayment {
        order: draft.id,
        user: draft.user_id,
        plan: new.plan_id,
        esim: new.esim_id,
        promotion: taken.map(|taken| taken.promotion),
        amounts: draft.amounts.clone(),
        currency: new.currency,
        method: new.payment_method,
        now: draft.now,
    };
    payments::insert(tx, id, &payment)?;
    Ok(id)
}

/// Starts the payment of an order. A card payment is opened at the gateway by a job; a person confirms the other
/// methods; and an order that is free is paid immediately.
fn start_payment(
    tx: &mut Tx<'_>,
    actor: &Actor,
    new: &NewOrder,
    draft: &OrderDraft,
    payment: TransactionId,
) -> Result<()> {
    if !draft.amounts.total.is_positive() {
        let payment = payments::payment(tx.conn(), payment)?;
        return complete_payment(tx, actor, &payment, draft.now).map(drop);
    }
    if !new.payment_method.is_recorded() {
        let job = OpenPayment {
            transaction: payment,
            checkout: new.checkout,
        };
        jobs::enqueue(tx, &job)?;
    }
    jobs::enqueue_at(tx, &ExpireOrder { order: draft.id }, draft.expires_at)
}

/// Writes the audit event of a new order.
fn record_placed(
    tx: &mut Tx<'_>,
    actor: &Actor,
    new: &NewOrder,
    draft: &OrderDraft,
    taken: Option<&Reservation>,
    payment: TransactionId,
) -> Result<()> {
    events::record_order_step(tx, draft.id, EventType::Ordered, draft.now)?;
    audit::record(tx, actor, AuditEvent::new(AuditAction::OrderPlace, draft.id).with_change(json!({
        "plan_id": new.plan_id, "kind": new.kind, "esim_id": new.esim_id, "quantity": new.quantity,
        "promotion_id": taken.map(|taken| taken.promotion), "discount_amount": draft.amounts.discount, "tax_amount": draft.amounts.tax,
        "total_amount": draft.amounts.total, "currency": new.currency, "payment_method": new.payment_method, "transaction_id": payment,
    })))
}

/// Returns the terms of a plan, as the order keeps them.
fn freeze_terms(plan: &Plan) -> PlanTerms {
    PlanTerms {
        name: plan.name.clone(),
        data_limit_mb: plan.data_limit_mb.clone(),
        voice_minutes: plan.voice_minutes,
        sms_count: plan.sms_count,
        validity_days: plan.validity_days,
        regions: plan.regions.0.clone(),
        validity_policy: Some(plan.validity_policy),
        activate_within_days: plan.activate_within_days,
        daily_limit_mb: plan.daily_limit_mb.clone(),
        throttled_kbps: plan.throttled_kbps,
        hotspot_allowed: Some(plan.hotspot_allowed),
        apn: plan.apn.clone(),
        kyc_required: Some(plan.kyc_required),
    }
}

/// Calculates the price of an order, and every reason why the order would be rejected. Nothing is written.
pub fn quote(conn: &mut Conn, actor: &Actor, ctx: &Ctx, query: &QuoteOrder) -> Result<OrderQuote> {
    let now = ctx.clock.now();
    let new = query
        .order()
        .ok_or_else(|| Error::field("plan_id", "required", "Choose a plan."))?;
    let errors = new.field_errors();
    if !errors.is_empty() {
        return Err(Error::fields(errors));
    }
    let new = &new;
    let customer = customer(conn, actor, new)?;
    let (plan, price) = plan_and_price(conn, new, now)?;
    let amount = price.selling_price.times(new.quantity);
    let rate = settings::get(conn, TaxPercent)?;
    let mut refusals: Vec<FieldError> = Vec::new();
    let refusal = |field: &str, code: &str, message: &str| FieldError {
        field: field.to_owned(),
        code: code.to_owned(),
        message: message.to_owned(),
    };
    refusals.extend(check_verification(conn, &plan, customer)?);
    if let Some(esim) = new.esim_id
        && let Err(Error::Refused(problem)) = check_topup(conn, ctx, esim, customer, &plan)
    {
        refusals.push(refusal(
            "esim_id",
            problem.code.as_str(),
            problem.sentence(),
        ));
    }
    if new.esim_id.is_none()
        && let Some(text) = sold_out(
            query::stock_left(conn, new.plan_id, &ctx.adapters(), now)?,
            new.quantity,
        )
    {
        refusals.push(refusal("quantity", ProblemCode::SoldOut.as_str(), &text));
    }
    if let Some(text) = unpaid_limits::exceeded(conn, actor, customer, new.quantity)? {
        refusals.push(refusal(
            "quantity",
            ProblemCode::TooManyUnpaid.as_str(),
            &text,
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
        refusals.extend(reasons.map(|why| refusal("promo_code", why.as_str(), why.sentence())));
        discount = verdict.discount_amount;
    }
    let sums = Amounts::calculate(amount, discount, &rate, new.currency);
    refusals.extend(check_charge(
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

/// Returns the plan and its current price.
fn plan_and_price(conn: &mut Conn, new: &NewOrder, now: DateTime<Utc>) -> Result<(Plan, Quote)> {
    let plan = query::plan(conn, new.plan_id)?.ok_or_else(|| {
        Error::with_detail(
            ProblemCode::PlanNotOnSale,
            "The plan does not exist or is archived.",
        )
    })?;
    let region = new.region.as_deref();
    let quote = pricing::quote(conn, new.plan_id, region, new.currency, now)?;
    Ok((plan, quote))
}

/// Returns the customer of an order, if the actor may order for this customer; `None` where staff name no customer yet.
fn customer(conn: &mut Conn, actor: &Actor, new: &NewOrder) -> Result<Option<UserId>> {
    match (actor.reach, new.user_id) {
        (Reach::All, chosen) => Ok(chosen),
        (_, None) => Ok(actor.id),
        (_, Some(customer)) if query::is_own_customer(conn, actor, customer)? => Ok(Some(customer)),
        _ => Err(Error::field(
            "user_id",
            "not_yours",
            "This user is not your customer.",
        )),
    }
}

/// Returns the customer of an order, who has to be active, and who cannot be deleted until the order is placed.
fn buyer(tx: &mut Tx<'_>, actor: &Actor, ctx: &Ctx, new: &NewOrder) -> Result<UserId> {
    let chosen = customer(tx.conn(), actor, new)?.or(actor.id);
    let buyer = chosen
        .ok_or_else(|| Error::field("user_id", "required", "Choose the customer of the order."))?;
    people::lock_for_key_share(tx, buyer)?;
    let Some(found) = query::buyer(tx.conn(), buyer)? else {
        return Err(Error::field(
            "user_id",
            "unknown",
            "There is no active customer with this id.",
        ));
    };
    if found.is_trial {
        check_trial(tx, ctx, new.plan_id)?;
    }
    Ok(buyer)
}

/// Rejects an unverified customer, where the plan requires verification.
fn check_verification(
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

/// Rejects an order of a customer of an API client in test mode, where the payment or the provider is real.
fn check_trial(tx: &mut Tx<'_>, ctx: &Ctx, plan: PlanId) -> Result<()> {
    if ctx.ports.payments.is_simulated() && !allocations::has_real_provider(tx.conn(), plan)? {
        return Ok(());
    }
    Err(Error::with_detail(
        ProblemCode::Forbidden,
        "The customer belongs to an API client in test mode, and the payment or the provider of this order is real. \
         Use a server where both are simulated, or place the order with a live client.",
    ))
}

/// Rejects a total that exceeds one payment.
fn check_total(total: &Money, currency: Currency) -> Result<()> {
    if total
        .minor(currency)
        .is_none_or(|minor| minor >= 1_000_000_000)
    {
        return Err(Error::field(
            "quantity",
            "too_much",
            "The total exceeds the maximum of one payment. Order fewer eSIMs.",
        ));
    }
    Ok(())
}

/// How long an order can be paid, and how long it reserves stock.
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
