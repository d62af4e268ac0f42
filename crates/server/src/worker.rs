//! All jobs of the server.

use platform::jobs::Worker;

/// Returns a worker that runs every kind of job.
pub fn worker() -> Worker {
    [
        accounts::jobs,
        esims::jobs,
        integrations::jobs,
        catalog::jobs,
        billing::jobs,
        insights::jobs,
        messaging::jobs,
        support::jobs,
        system::jobs,
    ]
    .into_iter()
    .fold(Worker::default(), |worker, section| section(worker))
}
