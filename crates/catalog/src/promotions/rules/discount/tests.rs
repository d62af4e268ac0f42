//! Tests of discount amounts in every currency, and of the rejection reasons.

use super::*;
use chrono::TimeDelta;
use wire::{Decimal, PromotionId};

fn money(text: &str) -> Money {
    text.parse().unwrap_or_else(|_| Money::zero())
}

fn promotion(kind: DiscountType, value: &str) -> Promotion {
    let now = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
    Promotion {
        id: PromotionId::new(),
        code: "SPRING".into(),
        discount_type: kind,
        discount_value: money(value),
        currency: (kind == DiscountType::FixedAmount).then_some(Currency::Usd),
        min_spend: None,
        max_uses: None,
        per_user_limit: None,
        used_count: 0,
        valid_from: now - TimeDelta::days(1),
        valid_to: now + TimeDelta::days(1),
        applicable_plans: None,
        first_order_only: false,
        campaign: None,
        is_active: true,
        version: 1,
        created_at: now,
        updated_at: now,
        deleted_at: None,
    }
}

fn purchase<'a>(amount: &'a Money, promotion: &Promotion) -> Purchase<'a> {
    Purchase {
        code: "spring",
        user: None,
        plan: PlanId::new(),
        amount,
        currency: Currency::Usd,
        now: promotion.created_at,
    }
}

/// Pseudo-random numbers that are the same on every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: u64) -> i64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        i64::try_from(self.0 % below).unwrap_or_default()
    }
}

#[test]
fn discount_net_and_tax_add_up_in_every_currency() {
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let mut percentage = promotion(DiscountType::Percentage, "10.00");
    let mut fixed = promotion(DiscountType::FixedAmount, "10.00");
    for round in 0..1_000_000_usize {
        let currency = Currency::ALL[round % Currency::ALL.len()];
        let amount = Money::from_minor(dice.roll(1_000_000_000), currency);
        percentage.discount_value = Decimal::from_minor(1 + dice.roll(10_000), Currency::Usd);
        fixed.discount_value = Money::from_minor(1 + dice.roll(2_000_000), currency);
        let rate = Decimal::from_minor(dice.roll(10_001), Currency::Usd);
        for promotion in [&percentage, &fixed] {
            let off = discount(promotion, &amount, currency);
            let net = amount.minus(&off);
            let tax = net.percent_in(&rate, currency);
            let total = net.plus(&tax);

            assert!(!off.is_negative() && !net.is_negative() && !tax.is_negative());
            assert!(
                total.minus(&tax).plus(&off) == amount,
                "{amount} {off} {tax}"
            );
            let minor = total.minor(currency);
            assert!(
                minor.is_some_and(|minor| Money::from_minor(minor, currency) == total),
                "{total} {currency} cannot be paid"
            );
        }
    }
}

#[test]
fn discount_rounds_half_to_even_and_is_limited_to_amount() {
    let off = |kind, value: &str, amount: &str, currency| {
        discount(&promotion(kind, value), &money(amount), currency).to_string()
    };
    let percent = DiscountType::Percentage;
    assert_eq!(off(percent, "50.00", "0.25", Currency::Usd), "0.12");
    assert_eq!(off(percent, "50.00", "0.27", Currency::Usd), "0.14");
    assert_eq!(off(percent, "12.50", "100.00", Currency::Jpy), "12.00");
    assert_eq!(off(percent, "100.00", "9.90", Currency::Usd), "9.90");
    let fixed = DiscountType::FixedAmount;
    assert_eq!(off(fixed, "20.00", "9.90", Currency::Usd), "9.90");
    let tax = |net: &str| money(net).percent_in(&money("19.00"), Currency::Usd);
    assert_eq!((tax("0.00"), tax("10.50")), (money("0.00"), money("2.00")));
}

#[test]
fn rejections_returns_every_reason() {
    let amount = money("9.90");
    let good = promotion(DiscountType::FixedAmount, "1.00");
    let purchased = purchase(&amount, &good);
    let known = |uses, has_ordered| Some(Customer { uses, has_ordered });
    let why = |change: &dyn Fn(&mut Promotion), customer| {
        let mut promotion = good.clone();
        change(&mut promotion);
        rejections(&promotion, &purchased, customer)
    };
    assert_eq!(why(&|_| {}, known(7, true)), []);
    assert_eq!(
        why(&|p| p.is_active = false, None),
        [PromotionRejection::SwitchedOff]
    );
    assert_eq!(
        why(&|p| p.valid_from = p.valid_to, None),
        [PromotionRejection::NotBegun]
    );
    assert_eq!(
        why(&|p| p.valid_to = p.created_at, None),
        [PromotionRejection::Ended]
    );
    let used_up = |p: &mut Promotion| (p.max_uses, p.used_count) = (Some(3), 3);
    assert_eq!(why(&used_up, None), [PromotionRejection::UsedUp]);
    let other_plan = |p: &mut Promotion| p.applicable_plans = Some(JsonList(vec![PlanId::new()]));
    assert_eq!(why(&other_plan, None), [PromotionRejection::OtherPlan]);
    let same_plan = |p: &mut Promotion| p.applicable_plans = Some(JsonList(vec![purchased.plan]));
    assert_eq!(why(&same_plan, None), []);
    assert_eq!(
        why(&|p| p.currency = Some(Currency::Eur), None),
        [PromotionRejection::OtherCurrency]
    );
    assert_eq!(
        why(&|p| p.min_spend = Some(money("9.91")), None),
        [PromotionRejection::BelowMinimum]
    );
    assert_eq!(why(&|p| p.min_spend = Some(money("9.90")), None), []);
    let once_per_user = |p: &mut Promotion| p.per_user_limit = Some(1);
    assert_eq!(
        why(&once_per_user, known(1, false)),
        [PromotionRejection::UsedByCustomer]
    );
    assert_eq!(why(&once_per_user, known(0, false)), []);
    let first = |p: &mut Promotion| p.first_order_only = true;
    assert_eq!(
        why(&first, known(0, true)),
        [PromotionRejection::NotFirstOrder]
    );
    let all = |p: &mut Promotion| {
        other_plan(p);
        once_per_user(p);
        p.is_active = false;
    };
    assert_eq!(
        why(&all, known(1, true)),
        [
            PromotionRejection::SwitchedOff,
            PromotionRejection::OtherPlan,
            PromotionRejection::UsedByCustomer
        ]
    );
}
