//! A transaction that PostgreSQL ends in favour of another one runs again.

use crate::harness::TestApp;
use diesel::{RunQueryDsl, connection::SimpleConnection, sql_query};
use platform::{Error, Result, Tx};
use std::sync::{
    Arc, Barrier,
    atomic::{AtomicUsize, Ordering},
};

/// Creates a table of two rows.
async fn start() -> TestApp {
    let app = TestApp::start().await;
    app.execute("CREATE TABLE lock_test (id INT PRIMARY KEY, amount INT NOT NULL)");
    app.execute("GRANT SELECT, UPDATE ON lock_test TO PUBLIC");
    app.execute("INSERT INTO lock_test VALUES (1, 0), (2, 0)");
    app
}

fn amount(app: &TestApp) -> i64 {
    app.count("SELECT sum(amount) AS count FROM lock_test")
}

fn add(tx: &mut Tx<'_>, id: i32) -> Result<()> {
    let statement = format!("UPDATE lock_test SET amount = amount + 1 WHERE id = {id}");
    sql_query(statement).execute(tx.conn())?;
    Ok(())
}

/// Locks both rows, the first one before the other transaction has locked its second one.
fn add_in_order(
    app: &TestApp,
    first: i32,
    second: i32,
    both: &Arc<Barrier>,
) -> impl Future<Output = Result<usize>> + use<> {
    let (db, both, attempts) = (
        app.ctx.db.clone(),
        both.clone(),
        Arc::new(AtomicUsize::new(0)),
    );
    async move {
        let count = attempts.clone();
        db.write(move |tx| {
            let attempt = count.fetch_add(1, Ordering::SeqCst);
            add(tx, first)?;
            if attempt == 0 {
                both.wait();
            }
            add(tx, second)
        })
        .await?;
        Ok(attempts.load(Ordering::SeqCst))
    }
}

#[actix_web::test]
async fn deadlocked_transaction_runs_again() {
    let app = start().await;
    let both = Arc::new(Barrier::new(2));
    let (one, other) = futures_util::join!(
        add_in_order(&app, 1, 2, &both),
        add_in_order(&app, 2, 1, &both)
    );
    let attempts = one.expect("it succeeds") + other.expect("it succeeds");
    assert_eq!(attempts, 3, "PostgreSQL ended one of the two once");
    assert_eq!(amount(&app), 4);
}

/// Fails like a transaction that cannot be serialized, a number of times.
async fn write_after_failures(app: &TestApp, failures: usize) -> (Result<()>, usize) {
    let attempts = Arc::new(AtomicUsize::new(0));
    let count = attempts.clone();
    let outcome = app.ctx.db.write(move |tx| {
        add(tx, 1)?;
        if count.fetch_add(1, Ordering::SeqCst) < failures {
            tx.conn().batch_execute(
                "DO $$ BEGIN RAISE EXCEPTION 'could not serialize access' USING ERRCODE = '40001'; END $$",
            )?;
        }
        Ok(())
    });
    let outcome = outcome.await;
    (outcome, attempts.load(Ordering::SeqCst))
}

#[actix_web::test]
async fn transaction_that_cannot_be_serialized_runs_again_a_few_times() {
    let app = start().await;
    let (outcome, attempts) = write_after_failures(&app, 2).await;
    outcome.expect("it succeeds");
    assert_eq!(attempts, 3);
    assert_eq!(amount(&app), 1);

    let (outcome, attempts) = write_after_failures(&app, usize::MAX).await;
    assert!(
        matches!(outcome, Err(Error::TransactionConflict(_))),
        "{outcome:?}"
    );
    assert_eq!(attempts, 4);
    assert_eq!(amount(&app), 1);
}
