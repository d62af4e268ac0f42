//! A sheet of plans that comes back as the export gave it: edited in a spreadsheet, all of it or nothing.

use super::{create, edit, query};
use wire::{
    Check, Decimal, FieldError, Param, PlanId, ProblemCode,
    catalog::plans::{
        EditPlan, ImportOutcome, ImportReport, NewPlan, Plan, PlanImportRow, PlanSheetOptions,
        Regions, ValidityPolicy,
    },
};

use platform::{
    Actor, Error, Result, Tx, Upload,
    import::{self, Record, Verdict},
    text::tidy,
};
use std::collections::HashMap;

/// The most rows of a sheet: each is an edit of its own.
const MOST: usize = 2_000;

/// What a row asks for.
enum Asked {
    Nothing,
    New(Box<NewPlan>),
    Edit(PlanId, i32, Box<EditPlan>),
}

/// Takes a sheet back, or says what that would do.
pub fn run(
    tx: &mut Tx<'_>,
    actor: &Actor,
    options: &PlanSheetOptions,
    list: &Upload,
) -> Result<ImportReport<PlanImportRow>> {
    let table = import::table(list)?;
    if table.len() > MOST {
        return Err(Error::because(
            ProblemCode::TooLarge,
            format!("A sheet may have {MOST} rows at most. Split it."),
        ));
    }
    let mut asked = Vec::with_capacity(table.len());
    for row in &table {
        asked.push(understand(tx, row)?);
    }
    reject_repeated(&mut asked);
    let dry_run = options.dry_run.unwrap_or(false);
    let rows = asked.iter().map(|(_, row)| row.clone()).collect();
    let mut report = import::settle(dry_run, rows, |row: &PlanImportRow| Verdict {
        number: row.row,
        outcome: row.outcome,
        errors: &row.errors,
    })?;
    if dry_run {
        return Ok(report);
    }
    for ((asked, _), told) in asked.iter().zip(&mut report.rows) {
        match asked {
            Asked::Nothing => {}
            Asked::New(new) => told.plan_id = Some(create(tx, actor, new)?.id),
            Asked::Edit(id, version, change) => drop(edit(tx, actor, *id, *version, change)?),
        }
    }
    Ok(report)
}

/// Rejects every row that names the plan of an earlier row: the import cannot know which of the two applies.
fn reject_repeated(asked: &mut [(Asked, PlanImportRow)]) {
    let mut seen: HashMap<PlanId, i32> = HashMap::new();
    for (asked, row) in asked {
        let Some(id) = row.plan_id else { continue };
        let first = *seen.entry(id).or_insert(row.row);
        if first != row.row {
            *asked = Asked::Nothing;
            row.outcome = ImportOutcome::Refused;
            row.errors.push(FieldError {
                field: "id".into(),
                code: "repeated".into(),
                message: format!("Row {first} names the same plan."),
            });
        }
    }
}

/// What a row means: for a plan that it names, only what is different.
fn understand(tx: &mut Tx<'_>, row: &Record) -> Result<(Asked, PlanImportRow)> {
    let mut cells = Cells {
        row,
        faults: Vec::new(),
    };
    let plan = cells.plan(tx)?;
    let stated = cells.stated(plan.as_ref());
    // A stored value that a newer rule rejects does not keep the row from being imported.
    let stored = plan.as_ref().map(|plan| as_new(plan).faults());
    for fault in stated.faults() {
        let is_old = stored.as_ref().is_some_and(|old| old.contains(&fault));
        if !is_old && !cells.faults.iter().any(|known| known.field == fault.field) {
            cells.faults.push(fault);
        }
    }
    let (asked, outcome) = match &plan {
        _ if !cells.faults.is_empty() => (Asked::Nothing, ImportOutcome::Refused),
        None => (Asked::New(Box::new(stated.clone())), ImportOutcome::Created),
        Some(plan) => match difference(plan, &stated) {
            None => (Asked::Nothing, ImportOutcome::Unchanged),
            Some(change) => (
                Asked::Edit(plan.id, plan.version, Box::new(change)),
                ImportOutcome::Updated,
            ),
        },
    };
    let told = PlanImportRow {
        row: row.number,
        sku: None,
        name: Some(stated.name).filter(|name| !name.is_empty()),
        outcome,
        plan_id: plan.map(|plan| plan.id),
        cost_price: None,
        selling_price: None,
        currency: None,
        errors: cells.faults,
    };
    Ok((asked, told))
}

/// One row, read cell by cell. A column that is not there says nothing; an empty cell says that there is none.
struct Cells<'a> {
    row: &'a Record,
    faults: Vec<FieldError>,
}

impl Cells<'_> {
    /// The plan that the row names, as it was exported.
    fn plan(&mut self, tx: &mut Tx<'_>) -> Result<Option<Plan>> {
        let Some(text) = self.row.key(&["id"]) else {
            return Ok(None);
        };
        let Ok(id) = PlanId::parse(text) else {
            self.fault("id", "unknown", "This is not the id of a plan.");
            return Ok(None);
        };
        let plan = match query::hold(tx, id) {
            Err(error) if error.code() == Some(ProblemCode::NotFound) => {
                let says = "There is no such plan, or it was withdrawn.";
                self.fault("id", "unknown", says);
                return Ok(None);
            }
            held => held?,
        };
        let version = self.row.key(&["version"]);
        if version.is_some_and(|version| version != plan.version.to_string()) {
            let says = "It was changed since it was exported. Export it again.";
            self.fault("version", "stale", says);
        }
        Ok(Some(plan))
    }

    /// The plan as the row states it; what it says nothing of is as it is, or as usual.
    fn stated(&mut self, plan: Option<&Plan>) -> NewPlan {
        let base = plan.map_or_else(NewPlan::default, as_new);
        let text = |cells: &Self, name: &str, or: Option<String>| {
            if cells.row.has(name) {
                cells.row.get(&[name]).map(str::to_owned)
            } else {
                or
            }
        };
        NewPlan {
            name: text(self, "name", Some(base.name)).unwrap_or_default(),
            description: text(self, "description", base.description),
            data_limit_mb: self.read("data_limit_mb", base.data_limit_mb, amount),
            voice_minutes: self
                .read("voice_minutes", Some(base.voice_minutes), whole)
                .unwrap_or(0),
            sms_count: self
                .read("sms_count", Some(base.sms_count), whole)
                .unwrap_or(0),
            validity_days: self
                .read("validity_days", Some(base.validity_days), whole)
                .unwrap_or(0),
            regions: self
                .read("regions", Some(base.regions), regions)
                .unwrap_or_default(),
            is_active: self
                .read("is_active", Some(base.is_active), import::boolean)
                .unwrap_or(false),
            topup_allowed: self
                .read("topup_allowed", Some(base.topup_allowed), import::boolean)
                .unwrap_or(false),
            validity_policy: self
                .read(
                    "validity_policy",
                    Some(base.validity_policy),
                    ValidityPolicy::parse,
                )
                .unwrap_or(ValidityPolicy::FirstUse),
            activate_within_days: self.read(
                "activate_within_days",
                base.activate_within_days,
                whole,
            ),
            daily_limit_mb: self.read("daily_limit_mb", base.daily_limit_mb, amount),
            throttled_kbps: self.read("throttled_kbps", base.throttled_kbps, whole),
            hotspot_allowed: self
                .read(
                    "hotspot_allowed",
                    Some(base.hotspot_allowed),
                    import::boolean,
                )
                .unwrap_or(false),
            apn: text(self, "apn", base.apn),
            kyc_required: self
                .read("kyc_required", Some(base.kyc_required), import::boolean)
                .unwrap_or(false),
        }
    }

    fn read<T>(
        &mut self,
        name: &'static str,
        or: Option<T>,
        parse: impl Fn(&str) -> Result<T, &'static str>,
    ) -> Option<T> {
        if !self.row.has(name) {
            return or;
        }
        match parse(self.row.key(&[name])?) {
            Ok(value) => Some(value),
            Err(why) => {
                self.fault(name, "type", &format!("It {why}."));
                or
            }
        }
    }

    fn fault(&mut self, field: &str, code: &str, message: &str) {
        self.faults.push(FieldError {
            field: field.into(),
            code: code.into(),
            message: message.into(),
        });
    }
}

fn amount(text: &str) -> Result<Decimal, &'static str> {
    text.parse()
}

fn whole(text: &str) -> Result<i32, &'static str> {
    <i32 as Param>::parse(text)
}

/// As the export writes them, `["DE","FR"]`, or as a person would, `DE, FR`.
fn regions(text: &str) -> Result<Regions, &'static str> {
    let bare = text.trim_matches(['[', ']']);
    let codes = bare.split([',', ';', '|']);
    let codes = codes.map(|code| code.trim().trim_matches('"').to_owned());
    Ok(Regions(codes.filter(|code| !code.is_empty()).collect()))
}

fn as_new(plan: &Plan) -> NewPlan {
    NewPlan {
        name: tidy(&plan.name).into_owned(),
        description: plan.description.as_deref().and_then(tidied),
        data_limit_mb: plan.data_limit_mb.clone(),
        voice_minutes: plan.voice_minutes,
        sms_count: plan.sms_count,
        validity_days: plan.validity_days,
        regions: plan.regions.clone(),
        is_active: plan.is_active,
        topup_allowed: plan.topup_allowed,
        validity_policy: plan.validity_policy,
        activate_within_days: plan.activate_within_days,
        daily_limit_mb: plan.daily_limit_mb.clone(),
        throttled_kbps: plan.throttled_kbps,
        hotspot_allowed: plan.hotspot_allowed,
        apn: plan.apn.as_deref().and_then(tidied),
        kyc_required: plan.kyc_required,
    }
}

/// Returns a text as an import reads it, or `None` for an empty one.
fn tidied(text: &str) -> Option<String> {
    Some(tidy(text).into_owned()).filter(|text| !text.is_empty())
}

/// What a row states differently of its plan, if anything.
fn difference(plan: &Plan, stated: &NewPlan) -> Option<EditPlan> {
    let plan = &as_new(plan);
    let change = EditPlan {
        name: differs(&plan.name, &stated.name),
        description: differs(&plan.description, &stated.description),
        data_limit_mb: differs(&plan.data_limit_mb, &stated.data_limit_mb),
        voice_minutes: differs(&plan.voice_minutes, &stated.voice_minutes),
        sms_count: differs(&plan.sms_count, &stated.sms_count),
        validity_days: differs(&plan.validity_days, &stated.validity_days),
        regions: differs(&plan.regions, &stated.regions),
        is_active: differs(&plan.is_active, &stated.is_active),
        topup_allowed: differs(&plan.topup_allowed, &stated.topup_allowed),
        validity_policy: differs(&plan.validity_policy, &stated.validity_policy),
        activate_within_days: differs(&plan.activate_within_days, &stated.activate_within_days),
        daily_limit_mb: differs(&plan.daily_limit_mb, &stated.daily_limit_mb),
        throttled_kbps: differs(&plan.throttled_kbps, &stated.throttled_kbps),
        hotspot_allowed: differs(&plan.hotspot_allowed, &stated.hotspot_allowed),
        apn: differs(&plan.apn, &stated.apn),
        kyc_required: differs(&plan.kyc_required, &stated.kyc_required),
    };
    (change != EditPlan::default()).then_some(change)
}

fn differs<T: PartialEq + Clone>(before: &T, after: &T) -> Option<T> {
    (before != after).then(|| after.clone())
}
