//! Chooses the rate of a day. A report keeps the rates that it was first made with after the day was over.

use super::query;
use chrono::NaiveDate;
use platform::{Conn, Result, Tx, calendar::before};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use wire::{Currency, insights::rates::Rate};

/// The age in days up to which a rate is used: the longest holidays of central banks.
const MAX_AGE: u64 = 7;

/// A rate as its source states it.
#[derive(Debug, Clone)]
pub struct Quote {
    /// The day.
    pub day: NaiveDate,
    /// The currency that is converted.
    pub from: Currency,
    /// The currency that it is converted to.
    pub to: Currency,
    /// The rate.
    pub rate: Rate,
    /// The source.
    pub source: String,
}

/// A chosen rate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChosenRate {
    /// The rate.
    pub rate: Rate,
    /// The day of the rate.
    pub rate_date: NaiveDate,
    /// The source.
    pub source: String,
}

/// The rate that the reports of a day were made with.
#[derive(Debug, Clone)]
pub struct UsedRate {
    /// The day.
    pub day: NaiveDate,
    /// The currency.
    pub currency: Currency,
    /// The rate.
    pub chosen: ChosenRate,
}

/// The rates of one source and day.
#[derive(Debug, Default)]
struct Sheet {
    rates: HashMap<Pair, Rate>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Pair {
    from: Currency,
    to: Currency,
}

impl Sheet {
    fn direct(&self, pair: Pair) -> Option<Rate> {
        self.rates.get(&pair).cloned()
    }
    fn inverse(&self, pair: Pair) -> Option<Rate> {
        let Pair { from, to } = pair;
        let opposite = Pair { from: to, to: from };
        self.direct(opposite).map(|rate| rate.inverse().rounded())
    }
    /// Returns the rate through a third currency, the first one in the order of the currencies.
    fn cross(&self, pair: Pair) -> Option<Rate> {
        let through = |third: Currency| {
            let leg = |from, to| self.rates.get(&Pair { from, to });
            let there = leg(pair.from, third);
            let back = leg(third, pair.from);
            let onward = leg(third, pair.to);
            let reverse = leg(pair.to, third);
            let rate = match (there, back, onward, reverse) {
                (_, Some(back), Some(onward), _) => onward.against(back),
                (Some(there), _, _, Some(reverse)) => there.against(reverse),
                (Some(there), _, Some(onward), _) => there.then(onward),
                (_, Some(back), _, Some(reverse)) => back.then(reverse).inverse(),
                _ => return None,
            };
            Some(rate.rounded())
        };
        Currency::ALL.iter().copied().find_map(through)
    }
}

/// The rates to a base currency on the days of reports.
#[derive(Debug)]
pub struct RateTable {
    base: Currency,
    /// The rates that reports were made with.
    frozen: HashMap<(NaiveDate, Currency), ChosenRate>,
    /// The quotes, by day and source.
    quotes: BTreeMap<(NaiveDate, String), Sheet>,
    known: BTreeSet<Currency>,
}

impl RateTable {
    /// Creates the table.
    pub fn new(
        base: Currency,
        quotes: Vec<Quote>,
        frozen: HashMap<(NaiveDate, Currency), ChosenRate>,
    ) -> Self {
        let mut sheets: BTreeMap<(NaiveDate, String), Sheet> = BTreeMap::new();
        let mut known: BTreeSet<Currency> = frozen.keys().map(|(_, currency)| *currency).collect();
        known.insert(base);
        for quote in quotes {
            known.extend([quote.from, quote.to]);
            let sheet = sheets.entry((quote.day, quote.source)).or_default();
            let pair = Pair {
                from: quote.from,
                to: quote.to,
            };
            sheet.rates.insert(pair, quote.rate);
        }
        Self {
            base,
            frozen,
            quotes: sheets,
            known,
        }
    }
    /// Returns the base currency.
    pub const fn base(&self) -> Currency {
        self.base
    }
    /// Returns the currencies that have a rate on some day.
    pub fn currencies(&self) -> impl Iterator<Item = Currency> {
        self.known.iter().copied()
    }
    /// Returns the rate of a day: the one that reports were made with; otherwise the newest quote that is at most seven days
    /// old. A direct quote comes first, then the inverse of the opposite one, then one through a third currency, of one
    /// source and day.
    pub fn rate(&self, day: NaiveDate, from: Currency) -> Option<ChosenRate> {
        if from == self.base {
            return Some(ChosenRate {
                rate: Rate::one(),
                rate_date: day,
                source: String::new(),
            });
        }
        if let Some(frozen) = self.frozen.get(&(day, from)) {
            return Some(frozen.clone());
        }
        let pair = Pair {
            from,
            to: self.base,
        };
        [Sheet::direct, Sheet::inverse, Sheet::cross]
            .into_iter()
            .find_map(|kind| self.newest(day, |sheet| kind(sheet, pair)))
    }
    /// Returns whether reports were made with the rate of this day and currency.
    pub fn is_frozen(&self, day: NaiveDate, from: Currency) -> bool {
        from == self.base || self.frozen.contains_key(&(day, from))
    }
    fn newest(&self, day: NaiveDate, rate: impl Fn(&Sheet) -> Option<Rate>) -> Option<ChosenRate> {
        let oldest = before(day, MAX_AGE);
        let sheets = self.quotes.range((oldest, String::new())..);
        let mut newest: Option<ChosenRate> = None;
        for ((date, source), sheet) in sheets.take_while(|((date, _), _)| *date <= day) {
            // Of several sources on one day, the first by name.
            if newest
                .as_ref()
                .is_some_and(|known| known.rate_date == *date)
            {
                continue;
            }
            if let Some(rate) = rate(sheet) {
                newest = Some(ChosenRate {
                    rate,
                    rate_date: *date,
                    source: source.clone(),
                });
            }
        }
        newest
    }
}

/// Loads the rates for the days from the first one up to the last one, without the last one.
pub fn table(conn: &mut Conn, base: Currency, from: NaiveDate, to: NaiveDate) -> Result<RateTable> {
    let frozen = query::frozen(conn, base, from, to)?;
    let quotes = query::quotes(conn, before(from, MAX_AGE), to)?;
    Ok(RateTable::new(base, quotes, frozen))
}

/// Stores the rates that reports of past days were made with.
pub fn freeze(tx: &mut Tx<'_>, base: Currency, used: &[UsedRate]) -> Result<()> {
    query::freeze(tx, base, used)
}

#[cfg(test)]
mod tests {
    use super::*;
    use Currency as C;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap_or_default()
    }
    fn quote(date: &str, from: Currency, to: Currency, rate: &str) -> Quote {
        Quote {
            day: day(date),
            from,
            to,
            rate: rate.parse().unwrap_or_else(|_| Rate::one()),
            source: "ECB".to_owned(),
        }
    }
    fn chosen(quotes: &[Quote], date: &str, from: Currency, base: Currency) -> Option<[String; 2]> {
        let table = RateTable::new(base, quotes.to_vec(), HashMap::new());
        let found = table.rate(day(date), from)?;
        Some([found.rate.to_string(), found.rate_date.to_string()])
    }
    fn is(rate: &str, date: &str) -> Option<[String; 2]> {
        Some([rate.to_owned(), date.to_owned()])
    }

    #[test]
    fn rate_is_the_newest_of_seven_days_and_never_a_later_one() {
        let quotes = [
            quote("2026-05-01", C::Eur, C::Usd, "1.11"),
            quote("2026-05-04", C::Eur, C::Usd, "1.12"),
        ];
        for (date, expected) in [
            ("2026-04-30", None),
            ("2026-05-01", is("1.11", "2026-05-01")),
            ("2026-05-03", is("1.11", "2026-05-01")),
            ("2026-05-04", is("1.12", "2026-05-04")),
            ("2026-05-11", is("1.12", "2026-05-04")),
            ("2026-05-12", None),
        ] {
            assert_eq!(chosen(&quotes, date, C::Eur, C::Usd), expected, "{date}");
        }
    }

    #[test]
    fn direct_quote_precedes_inverse_and_cross() {
        let inverse = quote("2026-05-05", C::Usd, C::Jpy, "156.4");
        let legs = [
            quote("2026-05-05", C::Eur, C::Usd, "1.1"),
            quote("2026-05-05", C::Eur, C::Jpy, "172"),
        ];
        let rate = |quotes: &[Quote]| chosen(quotes, "2026-05-05", C::Jpy, C::Usd);
        assert_eq!(rate(&legs), is("0.006395348837", "2026-05-05"));
        let mut quotes = legs.to_vec();
        quotes.push(inverse);
        assert_eq!(rate(&quotes), is("0.006393861893", "2026-05-05"));
        quotes.push(quote("2026-05-01", C::Jpy, C::Usd, "0.0064"));
        assert_eq!(rate(&quotes), is("0.0064", "2026-05-01"));
    }

    #[test]
    fn cross_uses_quotes_of_one_day_in_either_direction() {
        let rate = |quotes: &[Quote]| chosen(quotes, "2026-05-05", C::Gbp, C::Chf);
        let to_third = quote("2026-05-05", C::Gbp, C::Eur, "1.2");
        let from_third = quote("2026-05-05", C::Eur, C::Chf, "0.95");
        assert_eq!(
            rate(&[to_third.clone(), from_third.clone()]),
            is("1.14", "2026-05-05")
        );
        let back = quote("2026-05-05", C::Chf, C::Eur, "1.0625");
        assert_eq!(
            rate(&[to_third.clone(), back.clone()]),
            is("1.129411764706", "2026-05-05")
        );
        let opposite = quote("2026-05-05", C::Eur, C::Gbp, "0.8");
        assert_eq!(rate(&[opposite, back]), is("1.176470588235", "2026-05-05"));
        let earlier = quote("2026-05-04", C::Eur, C::Chf, "0.95");
        assert_eq!(rate(&[to_third, earlier]), None);
    }

    #[test]
    fn frozen_rate_stays_when_the_source_corrects_itself() {
        let frozen = ChosenRate {
            rate: Rate::one(),
            rate_date: day("2026-05-04"),
            source: "ECB".to_owned(),
        };
        let table = RateTable::new(
            C::Usd,
            vec![quote("2026-05-04", C::Eur, C::Usd, "1.12")],
            HashMap::from([((day("2026-05-04"), C::Eur), frozen.clone())]),
        );
        assert_eq!(table.rate(day("2026-05-04"), C::Eur), Some(frozen));
        assert!(!table.is_frozen(day("2026-05-05"), C::Eur));
    }
}
