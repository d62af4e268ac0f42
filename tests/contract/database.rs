//! Checks of the migrated database.

use super::migrations::{self, Checked};
use diesel::PgConnection;
use testkit::TestDatabase;

fn checked(check: impl Fn(&mut PgConnection) -> Checked) {
    let database = TestDatabase::migrated();
    check(&mut database.connect()).expect("the check can be made");
}

#[test]
fn database_has_every_designed_table_and_column() {
    checked(migrations::design_is_complete);
}

#[test]
fn every_foreign_key_has_an_index() {
    checked(migrations::every_foreign_key_has_an_index);
}

#[test]
fn database_enums_match_the_api() {
    checked(migrations::enums_match);
}

#[test]
fn generated_tables_are_current() {
    checked(migrations::generated_tables_are_current);
}

#[test]
fn every_table_has_an_owner() {
    checked(migrations::every_table_has_an_owner);
}

#[test]
fn every_migration_can_be_reverted() {
    checked(migrations::migrations_can_be_reverted);
}
