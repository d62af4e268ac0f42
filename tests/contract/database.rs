//! The migrated database, checked.

use super::migrations::{self, Checked};
use diesel::PgConnection;
use testkit::TestDatabase;

fn checked(check: impl Fn(&mut PgConnection) -> Checked) {
    let database = TestDatabase::migrated();
    check(&mut database.connect()).expect("the check can be made");
}

#[test]
fn every_table_and_column_of_the_design_is_there() {
    checked(migrations::the_design_is_there);
}

#[test]
fn every_foreign_key_leads_an_index() {
    checked(migrations::every_foreign_key_leads_an_index);
}

#[test]
fn the_enums_of_the_database_are_those_of_the_api() {
    checked(migrations::enums_agree);
}

#[test]
fn the_printed_tables_are_current() {
    checked(migrations::the_printed_tables_are_current);
}

#[test]
fn every_table_has_an_owner_in_the_map() {
    checked(migrations::every_table_has_an_owner);
}

#[test]
fn every_migration_can_be_reverted() {
    checked(migrations::migrations_can_be_reverted);
}
