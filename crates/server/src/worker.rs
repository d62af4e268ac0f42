//! Every job, in the order of the map.

use platform::jobs::Worker;

/// A worker that knows every kind of job.
pub fn worker() -> Worker {
    [
        accounts::jobs,
        esims::jobs,
        billing::jobs,
        messaging::jobs,
        system::jobs,
    ]
    .into_iter()
    .fold(Worker::default(), |worker, section| section(worker))
}
