//! Import of eSIMs into the stock from a file: all rows or none.

mod parse;

use super::{Source, delivery::Profile, open_code, query};
use parse::{Row, parse_row};
use platform::{
    Actor, Result, Tx, Upload,
    audit::{self, AuditEvent},
    crypto::Keyring,
    import::{self, RowResult},
};
use serde_json::json;
use std::collections::{HashMap, HashSet};
use wire::{
    EsimId, PlanId, ProviderId,
    catalog::plans::{ImportOutcome, ImportReport},
    esims::{inventory::*, profile::ActivationCode},
    system::audit::AuditAction,
};

/// Imports a stock file. A dry run only reports what the import would do.
pub fn import(
    tx: &mut Tx<'_>,
    actor: &Actor,
    options: &EsimImportOptions,
    file: &Upload,
) -> Result<ImportReport<EsimImportRow>> {
    let mut rows: Vec<Row> = import::table(file)?
        .iter()
        .map(|record| parse_row(record, options))
        .collect();
    reject_duplicates(&mut rows);
    let existing = ExistingRecords::load(tx, &actor.keys, &rows)?;
    rows.iter_mut().for_each(|row| existing.check(row));

    let dry_run = options.dry_run.unwrap_or_default();
    let verdict = |row: &Row| (outcome(row), row.known);
    let new: Vec<query::NewEsim> = if dry_run {
        Vec::new()
    } else {
        seal_new_esims(&actor.keys, &rows)?
    };
    let created_ids: HashMap<String, EsimId> = new
        .iter()
        .map(|esim| (esim.iccid.clone(), esim.id))
        .collect();
    let report_rows = rows.into_iter().map(|row| {
        let (outcome, known) = verdict(&row);
        let esim_id = known.or_else(|| {
            row.iccid
                .as_deref()
                .and_then(|iccid| created_ids.get(iccid))
                .copied()
        });
        EsimImportRow {
            row: row.number,
            iccid: row.iccid,
            outcome,
            esim_id,
            warnings: row.warnings.0,
            errors: row.errors.0,
        }
    });
    let report = import::report(dry_run, report_rows.collect(), |row| RowResult {
        number: row.row,
        outcome: row.outcome,
        errors: &row.errors,
    })?;
    if !dry_run {
        store(tx, actor, &existing, new, &report)?;
    }
    Ok(report)
}

fn outcome(row: &Row) -> ImportOutcome {
    match row.known {
        _ if !row.errors.0.is_empty() => ImportOutcome::Refused,
        Some(_) if row.is_withdrawn => ImportOutcome::Updated,
        Some(_) => ImportOutcome::Unchanged,
        None => ImportOutcome::Created,
    }
}

/// Returns the new eSIMs with sealed codes. Returns an empty list if a row is invalid, because nothing is written then.
fn seal_new_esims(keys: &Keyring, rows: &[Row]) -> Result<Vec<query::NewEsim>> {
    if rows
        .iter()
        .any(|row| outcome(row) == ImportOutcome::Refused)
    {
        return Ok(Vec::new());
    }
    rows.iter()
        .filter(|row| row.known.is_none() || row.is_withdrawn)
        .filter_map(|row| row.profile.as_ref().map(|profile| (row, profile)))
        .map(|(row, profile)| {
            Ok(query::NewEsim {
                plan_id: row.plan_id,
                provider_id: row.provider_id,
                provider_ref: row.provider_ref.clone(),
                twilio_sid: row.twilio_sid.clone(),
                ..match row.known {
                    Some(withdrawn) => profile.sealed_as(keys, withdrawn)?,
                    None => profile.sealed(keys)?,
                }
            })
        })
        .collect()
}

fn store(
    tx: &mut Tx<'_>,
    actor: &Actor,
    existing: &ExistingRecords,
    new: Vec<query::NewEsim>,
    report: &ImportReport<EsimImportRow>,
) -> Result<()> {
    let (restocked, new): (Vec<_>, Vec<_>) = new
        .into_iter()
        .partition(|esim| existing.is_withdrawn(esim.id));
    query::insert(tx, &new)?;
    for esim in &restocked {
        query::restock(tx, esim)?;
    }
    let entries: Vec<_> = new
        .iter()
        .map(|esim| query::NewHistoryEntry {
            esim_id: esim.id,
            from: None,
            to: (esim.status, esim.profile_state),
            reason: None,
            actor_id: actor.id,
            source: Source::Import.as_str(),
        })
        .collect();
    query::insert_history(tx, &entries)?;
    let counts = json!({
        "created": report.created, "updated": report.updated, "unchanged": report.unchanged,
    });
    audit::record(
        tx,
        actor,
        AuditEvent::of_kind(AuditAction::EsimImport, "esim").with_change(counts),
    )
}

/// Rejects every row that repeats a unique value of an earlier row.
fn reject_duplicates(rows: &mut [Row]) {
    let mut seen: HashMap<(&'static str, String), i32> = HashMap::new();
    for row in rows {
        let provider = row.provider_id.map(|id| id.to_string()).unwrap_or_default();
        let keys = [
            ("iccid", row.iccid.clone()),
            (
                "activation_code",
                row.profile.as_ref().map(|profile| {
                    format!(
                        "{} {}",
                        profile.code.smdp_address.to_lowercase(),
                        code_key(&profile.code)
                    )
                }),
            ),
            (
                "provider_ref",
                row.provider_ref
                    .as_ref()
                    .map(|reference| format!("{provider} {reference}")),
            ),
            ("twilio_sid", row.twilio_sid.clone()),
        ];
        for (field, value) in keys {
            let Some(value) = value else { continue };
            let first = *seen.entry((field, value)).or_insert(row.number);
            if first != row.number {
                row.errors
                    .add(field, "repeated", format!("Row {first} has the same."));
            }
        }
    }
}

/// Returns the key that distinguishes two codes of one server: the matching id, or the complete code if there is none,
/// because a code without a matching id is bound to the EID.
fn code_key(code: &ActivationCode) -> String {
    if code.matching_id.is_empty() {
        code.lpa()
    } else {
        code.matching_id.clone()
    }
}

/// The records in the database that the rows of a file refer to.
struct ExistingRecords {
    withdrawn: HashSet<EsimId>,
    esims: HashMap<String, (EsimId, Option<ActivationCode>)>,
    references: HashMap<(ProviderId, String), EsimId>,
    sids: HashMap<String, EsimId>,
    plans: HashSet<PlanId>,
    providers: HashSet<ProviderId>,
}

impl ExistingRecords {
    fn load(tx: &mut Tx<'_>, keys: &Keyring, rows: &[Row]) -> Result<Self> {
        let conn = tx.conn();
        let iccids: Vec<&str> = rows.iter().filter_map(|row| row.iccid.as_deref()).collect();
        let references: Vec<&str> = rows
            .iter()
            .filter_map(|row| row.provider_ref.as_deref())
            .collect();
        let sids: Vec<&str> = rows
            .iter()
            .filter_map(|row| row.twilio_sid.as_deref())
            .collect();
        let plans: HashSet<PlanId> = rows.iter().filter_map(|row| row.plan_id).collect();
        let providers: HashSet<ProviderId> =
            rows.iter().filter_map(|row| row.provider_id).collect();
        Ok(Self {
            withdrawn: query::withdrawn(conn, &iccids)?.into_iter().collect(),
            esims: query::find_codes_by_iccid(conn, &iccids)?
                .into_iter()
                .map(|esim| {
                    let code = open_code(keys, &esim)?;
                    Ok((esim.iccid, (esim.id, code)))
                })
                .collect::<Result<_>>()?,
            references: query::find_by_reference(conn, &references)?
                .into_iter()
                .map(|(provider, reference, id)| ((provider, reference), id))
                .collect(),
            sids: query::find_by_sid(conn, &sids)?.into_iter().collect(),
            plans: query::existing_plans(conn, plans)?.into_iter().collect(),
            providers: query::existing_providers(conn, providers)?
                .into_iter()
                .collect(),
        })
    }

    fn is_withdrawn(&self, id: EsimId) -> bool {
        self.withdrawn.contains(&id)
    }

    fn check(&self, row: &mut Row) {
        if row.plan_id.is_some_and(|id| !self.plans.contains(&id)) {
            row.errors
                .add("plan_id", "unknown", "There is no such plan.");
        }
        if row
            .provider_id
            .is_some_and(|id| !self.providers.contains(&id))
        {
            row.errors
                .add("provider_id", "unknown", "There is no such provider.");
        }
        let Some(iccid) = &row.iccid else { return };
        let same = self.esims.get(iccid);
        row.known = same.map(|(id, _)| *id);
        row.is_withdrawn = row.known.is_some_and(|id| self.is_withdrawn(id));
        if !row.is_withdrawn
            && let (Some((_, stored)), Some(profile)) = (same, &row.profile)
            && stored.as_ref() != Some(&profile.code)
        {
            row.errors.add(
                "iccid",
                "known",
                "This ICCID is known with another activation code.",
            );
        }
        let is_other = |holder: Option<&EsimId>| holder.is_some_and(|id| Some(*id) != row.known);
        let reference = row.provider_id.zip(row.provider_ref.clone());
        let (reference_taken, sid_taken) = (
            is_other(reference.and_then(|key| self.references.get(&key))),
            is_other(row.twilio_sid.as_ref().and_then(|sid| self.sids.get(sid))),
        );
        if reference_taken {
            row.errors.add(
                "provider_ref",
                "known",
                "Another eSIM of this provider has this reference.",
            );
        }
        if sid_taken {
            row.errors
                .add("twilio_sid", "known", "Another eSIM has this SID.");
        }
    }
}
