//! Runs the server, the worker, or both in one process, until a stop signal arrives.

use crate::{access_log, app, openapi, panel::Panel, personal_data, schedule, worker};
use actix_web::{
    App, HttpServer,
    dev::Server,
    middleware::from_fn,
    rt::net::TcpStream,
    web::{Bytes, Data, to},
};
use chrono::Utc;
use platform::{
    Ctx, Error, Result,
    auth::authorize_first,
    body,
    config::{Config, Environment},
    health, http, jobs, limits, metrics,
    ports::{Ports, files::Files, mailer::Smtp},
    telemetry,
};
use socket2::SockRef;
use std::{any::Any, net::SocketAddr, sync::Arc, time::Duration};
use suppliers::{
    Registry, Simulator, Supplier, Suppliers,
    http::{CallRecord, Client, Network, Settings},
};
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::{Notify, watch},
    task::JoinHandle,
};
use utoipa_actix_web::AppExt;
use wire::integrations::providers::ProviderAdapter;

/// Creates the context of handlers and jobs from the configuration.
pub fn ctx(config: Config) -> Result<Ctx> {
    telemetry::start(config.environment == Environment::Production);
    let ports = Ports {
        mailer: Smtp::from_config(&config.mail)?,
        payments: gateways::from_config(&config)?,
        suppliers: suppliers(&config)?,
        files: Files::from_config(&config.files)?,
    };
    Ctx::new(config, ports)
}

/// Returns the adapters of providers. Only in development may a provider be on a private network.
fn suppliers(config: &Config) -> Result<Suppliers> {
    let simulator = match config.provider_journal.as_deref() {
        Some(path) => Simulator::with_journal(path).map_err(|cause| {
            Error::internal(format!("PROVIDER_SIMULATOR_JOURNAL {path}: {cause}"))
        })?,
        None => Simulator::default(),
    };
    let network = match config.environment {
        Environment::Development => Network::Any,
        Environment::Production => Network::Public,
    };
    let client = Client::new(Settings {
        observer: Arc::new(|call: &CallRecord| {
            let outcome = call.outcome.as_str();
            metrics::record_provider_call(call.adapter, call.operation, outcome, call.duration);
        }),
        ..Settings::new(network, Arc::new(Utc::now))
    })
    .map_err(Error::internal)?;
    let simulator: Arc<dyn Supplier> = Arc::new(simulator);
    let registry = Registry::new(&client);
    Ok(Arc::new(move |adapter| match adapter {
        ProviderAdapter::Simulator => Some(Arc::clone(&simulator)),
        _ => registry.get(adapter),
    }))
}

/// Serves until a stop signal arrives. Then the server accepts no new requests, completes those in flight, and completes
/// the running jobs.
pub async fn serve(ctx: Ctx, with_worker: bool) -> Result<()> {
    let (stop, stopped) = watch::channel(false);
    let jobs = with_worker.then(|| start_worker(&ctx, &stopped));
    let listen = ctx.config.listen.clone();
    let (server, address) = http(
        ctx,
        &listen,
        std::thread::available_parallelism().map_or(2, std::num::NonZero::get),
    )?;
    let handle = server.handle();
    tokio::spawn(async move {
        if stop_signal().await.is_ok() {
            handle.stop(true).await;
        }
    });
    tracing::info!("listening on http://{address}");
    server.await.map_err(Error::internal)?;
    stop.send_replace(true);
    if let Some(jobs) = jobs {
        let _ = tokio::time::timeout(Duration::from_secs(20), jobs).await;
    }
    Ok(())
}

/// Runs jobs until a signal arrives, and serves health checks and metrics at `WORKER_LISTEN`.
pub async fn work(ctx: Ctx) -> Result<()> {
    let (server, address) = observation(ctx.clone())?;
    let handle = server.handle();
    let (stop, stopped) = watch::channel(false);
    let jobs = start_worker(&ctx, &stopped);
    tracing::info!("working; health and metrics at http://{address}");
    let working = async {
        stop_signal().await?;
        stop.send_replace(true);
        jobs.await.map_err(Error::internal)?;
        handle.stop(true).await;
        Ok(())
    };
    let (served, worked) = tokio::join!(server, working);
    served.map_err(Error::internal)?;
    worked
}

/// Starts the HTTP server of a worker process: health checks and metrics.
pub fn observation(ctx: Ctx) -> Result<(Server, SocketAddr)> {
    let listen = ctx.config.worker_listen.clone();
    let data = Data::new(ctx);
    let server = HttpServer::new(move || {
        App::new()
            .app_data(data.clone())
            .wrap(from_fn(http::security_headers))
            .wrap(from_fn(http::trace))
            .wrap(from_fn(body::hold))
            .service(health::live)
            .service(health::ready)
            .service(health::metrics)
            .default_service(to(http::not_found))
    })
    .workers(1)
    .client_request_timeout(Duration::from_secs(5))
    .client_disconnect_timeout(Duration::from_secs(5))
    .disable_signals()
    .bind(&listen)
    .map_err(|cause| listen_error("WORKER_LISTEN", &listen, &cause))?;
    let address = first_address(&server.addrs())?;
    Ok((server.run(), address))
}

/// Binds the HTTP server, and returns it with its address. The caller awaits the server.
pub fn http(ctx: Ctx, listen: &str, workers: usize) -> Result<(Server, SocketAddr)> {
    let mut document = openapi::document();
    let panel = Data::new(Panel::load(ctx.config.panel_dir.as_deref(), &mut document)?);
    // The text is the output of `esim-admin openapi`, generated once for all threads.
    let text = document.to_pretty_json().map_err(Error::internal)? + "\n";
    let (text, data) = (Bytes::from(text), Data::new(ctx));
    let personal_data = Data::new(personal_data::registry());
    let watchers = Data::new(accounts::watchers());
    let recent_events = Data::new(access_log::RecentEvents::default());
    let stall_timeout = data.config.timeouts.response;
    let server = HttpServer::new(move || {
        let (app, _) = App::new()
            .app_data(data.clone())
            .app_data(personal_data.clone())
            .app_data(watchers.clone())
            .app_data(recent_events.clone())
            .wrap(from_fn(authorize_first))
            .wrap(from_fn(access_log::record))
            .wrap(from_fn(limits::enforce))
            .wrap(from_fn(http::security_headers))
            .wrap(from_fn(http::trace))
            .wrap(from_fn(access_log::head_as_get))
            .wrap(from_fn(body::hold))
            .into_utoipa_app()
            .openapi(openapi::base())
            .configure(app::api)
            .split_for_parts();
        let (panel, text) = (panel.clone(), text.clone());
        app.configure(move |config| app::pages(config, panel, text))
    })
    .workers(workers)
    .on_connect(move |io, _| close_when_stalled(io, stall_timeout))
    .client_request_timeout(Duration::from_secs(5))
    .client_disconnect_timeout(Duration::from_secs(5))
    .keep_alive(Duration::from_secs(15))
    .shutdown_timeout(25)
    .worker_max_blocking_threads(4)
    .disable_signals()
    .bind(listen)
    .map_err(|cause| listen_error("LISTEN", listen, &cause))?;
    let address = first_address(&server.addrs())?;
    Ok((server.run(), address))
}

fn listen_error(variable: &str, listen: &str, cause: &std::io::Error) -> Error {
    Error::internal(format!("{variable} {listen}: {cause}"))
}

fn first_address(addresses: &[SocketAddr]) -> Result<SocketAddr> {
    let first = addresses.first().copied();
    first.ok_or_else(|| Error::internal("the server listens at no address"))
}

/// Makes the operating system close a connection whose client accepts no data for this time: otherwise the unsent response
/// would hold its memory without limit.
fn close_when_stalled(io: &dyn Any, after: Duration) {
    if let Some(stream) = io.downcast_ref::<TcpStream>()
        && let Err(error) = SockRef::from(stream).set_tcp_user_timeout(Some(after))
    {
        tracing::warn!("the response timeout of a connection could not be set: {error}");
    }
}

fn start_worker(ctx: &Ctx, stopped: &watch::Receiver<bool>) -> JoinHandle<()> {
    let wake = Arc::new(Notify::new());
    jobs::listen(ctx.clone(), wake.clone(), stopped.clone());
    tokio::spawn(schedule::run(ctx.clone(), stopped.clone()));
    tokio::spawn(worker::worker().run(ctx.clone(), wake, stopped.clone()))
}

/// Waits for SIGINT or SIGTERM.
async fn stop_signal() -> Result<()> {
    let (mut interrupt, mut terminate) = (
        signal(SignalKind::interrupt()).map_err(Error::internal)?,
        signal(SignalKind::terminate()).map_err(Error::internal)?,
    );
    tokio::select! { _ = interrupt.recv() => {}, _ = terminate.recv() => {} }
    tracing::info!("stopping");
    Ok(())
}
