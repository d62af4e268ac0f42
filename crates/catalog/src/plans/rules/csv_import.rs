//! Bulk edit of plans: import of an export that was edited in a spreadsheet. All rows are imported or none.

use super::{create, edit, query};
use wire::{
    Check, Decimal, FieldError, Param, PlanId, ProblemCode,
    catalog::plans::{
        EditPlan, ImportOutcome, ImportReport, NewPlan, Plan, PlanImportRow,
        PlanSpreadsheetOptions, Regions, ValidityPolicy,
    },
};

use platform::{
    Actor, Error, Result, Tx, Upload,
    import::{self, Record, RowResult},
    text::tidy,
};
use std::collections::HashMap;

/// The maximum number of rows: each row is an edit with its own audit event.
const MAX_ROWS: usize = 2_000;

/// The change that a row requests.
enum RowChange {
    None,
    Create(Box<NewPlan>),
    Edit(PlanId, i32, Box<EditPlan>),
}

/// Imports the rows. A dry run only reports what the import would do.
pub fn run(
    tx: &mut Tx<'_>,
    actor: &Actor,
    options: &PlanSpreadsheetOptions,
    list: &Upload,
) -> Result<ImportReport<PlanImportRow>> {
    let table = import::table(list)?;
    if table.len() > MAX_ROWS {
        return Err(Error::with_detail(
            ProblemCode::TooLarge,
            format!("A file may have {MAX_ROWS} rows at most. Split the file."),
        ));
    }
    let mut changes = Vec::with_capacity(table.len());
    for row in &table {
        changes.push(plan_row(tx, row)?);
    }
    reject_repeated(&mut changes);
    let dry_run = options.dry_run.unwrap_or(false);
    let rows = changes.iter().map(|(_, row)| row.clone()).collect();
    let mut report = import::report(dry_run, rows, |row: &PlanImportRow| RowResult {
        number: row.row,
        outcome: row.outcome,
        errors: &row.errors,
    })?;
    if dry_run {
        return Ok(report);
    }
    for ((change, _), report_row) in changes.iter().zip(&mut report.rows) {
        match change {
            RowChange::None => {}
            RowChange::Create(new) => report_row.plan_id = Some(create(tx, actor, new)?.id),
            RowChange::Edit(id, version, changes) => drop(edit(tx, actor, *id, *version, changes)?),
        }
    }
    Ok(report)
}

/// Rejects every row that names the plan of an earlier row: the import cannot know which of the two applies.
fn reject_repeated(rows: &mut [(RowChange, PlanImportRow)]) {
    let mut seen: HashMap<PlanId, i32> = HashMap::new();
    for (change, row) in rows {
        let Some(id) = row.plan_id else { continue };
        let first = *seen.entry(id).or_insert(row.row);
        if first != row.row {
            *change = RowChange::None;
            row.outcome = ImportOutcome::Refused;
            row.errors.push(FieldError {
                field: "id".into(),
                code: "repeated".into(),
                message: format!("Row {first} names the same plan."),
            });
        }
    }
}

/// Plans the change of a row. For an existing plan, the change contains only the fields that differ.
fn plan_row(tx: &mut Tx<'_>, row: &Record) -> Result<(RowChange, PlanImportRow)> {
    let mut cells = Cells {
        row,
        errors: Vec::new(),
    };
    let plan = cells.find_plan(tx)?;
    let stated = cells.parse_plan(plan.as_ref());
    // A stored value that a newer rule rejects does not keep the row from being imported.
    let stored = plan.as_ref().map(|plan| to_new_plan(plan).field_errors());
    for error in stated.field_errors() {
        let is_old = stored.as_ref().is_some_and(|old| old.contains(&error));
        if !is_old && !cells.errors.iter().any(|known| known.field == error.field) {
            cells.errors.push(error);
        }
    }
    let (change, outcome) = match &plan {
        _ if !cells.errors.is_empty() => (RowChange::None, ImportOutcome::Refused),
        None => (
            RowChange::Create(Box::new(stated.clone())),
            ImportOutcome::Created,
        ),
        Some(plan) => match diff(plan, &stated) {
            None => (RowChange::None, ImportOutcome::Unchanged),
            Some(changes) => (
                RowChange::Edit(plan.id, plan.version, Box::new(changes)),
                ImportOutcome::Updated,
            ),
        },
    };
    let report_row = PlanImportRow {
        row: row.number,
        sku: None,
        name: Some(stated.name).filter(|name| !name.is_empty()),
        outcome,
        plan_id: plan.map(|plan| plan.id),
        cost_price: None,
        selling_price: None,
        currency: None,
        errors: cells.errors,
    };
    Ok((change, report_row))
}

/// Parses the cells of a row. A missing column leaves the value unchanged; an empty cell clears it.
struct Cells<'a> {
    row: &'a Record,
    errors: Vec<FieldError>,
}

impl Cells<'_> {
    /// Locks the plan that the row names, and rejects the row if the plan was changed since the export.
    fn find_plan(&mut self, tx: &mut Tx<'_>) -> Result<Option<Plan>> {
        let Some(text) = self.row.key(&["id"]) else {
            return Ok(None);
        };
        let Ok(id) = PlanId::parse(text) else {
            self.add_error("id", "unknown", "This is not the id of a plan.");
            return Ok(None);
        };
        let plan = match query::lock(tx, id) {
            Err(error) if error.code() == Some(ProblemCode::NotFound) => {
                let message = "There is no such plan, or it was withdrawn.";
                self.add_error("id", "unknown", message);
                return Ok(None);
            }
            locked => locked?,
        };
        let version = self.row.key(&["version"]);
        if version.is_some_and(|version| version != plan.version.to_string()) {
            let message = "The plan was changed since the export. Export it again.";
            self.add_error("version", "stale", message);
        }
        Ok(Some(plan))
    }

    /// Returns the plan as the row states it. A missing column keeps the value of the plan, or the default of a new
    /// plan.
    fn parse_plan(&mut self, plan: Option<&Plan>) -> NewPlan {
        let base = plan.map_or_else(NewPlan::default, to_new_plan);
        let text = |cells: &Self, name: &str, default: Option<String>| {
            if cells.row.has(name) {
                cells.row.get(&[name]).map(str::to_owned)
            } else {
                default
            }
        };
        NewPlan {
            name: text(self, "name", Some(base.name)).unwrap_or_default(),
            description: text(self, "description", base.description),
            data_limit_mb: self.parse_cell("data_limit_mb", base.data_limit_mb, decimal),
            voice_minutes: self
                .parse_cell("voice_minutes", Some(base.voice_minutes), integer)
                .unwrap_or(0),
            sms_count: self
                .parse_cell("sms_count", Some(base.sms_count), integer)
                .unwrap_or(0),
            validity_days: self
                .parse_cell("validity_days", Some(base.validity_days), integer)
                .unwrap_or(0),
            regions: self
                .parse_cell("regions", Some(base.regions), regions)
                .unwrap_or_default(),
            is_active: self
                .parse_cell("is_active", Some(base.is_active), import::boolean)
                .unwrap_or(false),
            topup_allowed: self
                .parse_cell("topup_allowed", Some(base.topup_allowed), import::boolean)
                .unwrap_or(false),
            validity_policy: self
                .parse_cell(
                    "validity_policy",
                    Some(base.validity_policy),
                    ValidityPolicy::parse,
                )
                .unwrap_or(ValidityPolicy::FirstUse),
            activate_within_days: self.parse_cell(
                "activate_within_days",
                base.activate_within_days,
                integer,
            ),
            daily_limit_mb: self.parse_cell("daily_limit_mb", base.daily_limit_mb, decimal),
            throttled_kbps: self.parse_cell("throttled_kbps", base.throttled_kbps, integer),
            hotspot_allowed: self
                .parse_cell(
                    "hotspot_allowed",
                    Some(base.hotspot_allowed),
                    import::boolean,
                )
                .unwrap_or(false),
            apn: text(self, "apn", base.apn),
            kyc_required: self
                .parse_cell("kyc_required", Some(base.kyc_required), import::boolean)
                .unwrap_or(false),
        }
    }

    fn parse_cell<T>(
        &mut self,
        name: &'static str,
        default: Option<T>,
        parse: impl Fn(&str) -> Result<T, &'static str>,
    ) -> Option<T> {
        if !self.row.has(name) {
            return default;
        }
        match parse(self.row.key(&[name])?) {
            Ok(value) => Some(value),
            Err(why) => {
                self.add_error(name, "type", &format!("It {why}."));
                default
            }
        }
    }

    fn add_error(&mut self, field: &str, code: &str, message: &str) {
        self.errors.push(FieldError {
            field: field.into(),
            code: code.into(),
            message: message.into(),
        });
    }
}

fn decimal(text: &str) -> Result<Decimal, &'static str> {
    text.parse()
}

fn integer(text: &str) -> Result<i32, &'static str> {
    <i32 as Param>::parse(text)
}

/// Parses regions as the export writes them, `["DE","FR"]`, or as a person types them, `DE, FR`.
fn regions(text: &str) -> Result<Regions, &'static str> {
    let bare = text.trim_matches(['[', ']']);
    let codes = bare.split([',', ';', '|']);
    let codes = codes.map(|code| code.trim().trim_matches('"').to_owned());
    Ok(Regions(codes.filter(|code| !code.is_empty()).collect()))
}

fn to_new_plan(plan: &Plan) -> NewPlan {
    NewPlan {
        name: tidy(&plan.name).into_owned(),
        description: plan.description.as_deref().and_then(normalized),
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
        apn: plan.apn.as_deref().and_then(normalized),
        kyc_required: plan.kyc_required,
    }
}

/// Returns a text as an import reads it, or `None` for an empty one.
fn normalized(text: &str) -> Option<String> {
    Some(tidy(text).into_owned()).filter(|text| !text.is_empty())
}

/// Returns the fields that the row states differently from its plan, or `None` when there are none.
fn diff(plan: &Plan, stated: &NewPlan) -> Option<EditPlan> {
    let plan = &to_new_plan(plan);
    let change = EditPlan {
        name: changed_value(&plan.name, &stated.name),
        description: changed_value(&plan.description, &stated.description),
        data_limit_mb: changed_value(&plan.data_limit_mb, &stated.data_limit_mb),
        voice_minutes: changed_value(&plan.voice_minutes, &stated.voice_minutes),
        sms_count: changed_value(&plan.sms_count, &stated.sms_count),
        validity_days: changed_value(&plan.validity_days, &stated.validity_days),
        regions: changed_value(&plan.regions, &stated.regions),
        is_active: changed_value(&plan.is_active, &stated.is_active),
        topup_allowed: changed_value(&plan.topup_allowed, &stated.topup_allowed),
        validity_policy: changed_value(&plan.validity_policy, &stated.validity_policy),
        activate_within_days: changed_value(
            &plan.activate_within_days,
            &stated.activate_within_days,
        ),
        daily_limit_mb: changed_value(&plan.daily_limit_mb, &stated.daily_limit_mb),
        throttled_kbps: changed_value(&plan.throttled_kbps, &stated.throttled_kbps),
        hotspot_allowed: changed_value(&plan.hotspot_allowed, &stated.hotspot_allowed),
        apn: changed_value(&plan.apn, &stated.apn),
        kyc_required: changed_value(&plan.kyc_required, &stated.kyc_required),
    };
    (change != EditPlan::default()).then_some(change)
}

fn changed_value<T: PartialEq + Clone>(before: &T, after: &T) -> Option<T> {
    (before != after).then(|| after.clone())
}
