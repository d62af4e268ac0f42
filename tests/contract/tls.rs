//! Connections to a database that accepts TLS only.

use super::connection::{Who, with};
use crate::harness::{TestApp, free_port, run};
use cluster::{Cluster, Config};
use diesel::{RunQueryDsl, sql_query};
use std::{
    fs,
    os::unix::fs::{MetadataExt, PermissionsExt, chown},
    path::{Path, PathBuf},
};
use wire::accounts::users::UserRole;

/// A PostgreSQL server that accepts TLS connections only.
struct Encrypted {
    cluster: Option<Cluster>,
    folder: PathBuf,
    port: u16,
}

impl Encrypted {
    fn start() -> Self {
        let name = format!("esim-admin-tls-{}", std::process::id());
        let folder = cluster::reachable_folder(&std::env::temp_dir().join(name)).expect("a place");
        let config = |settings: Vec<(String, String)>| Config {
            data_dir: folder.clone(),
            bin_dir: None,
            databases: vec!["esim_admin".to_owned()],
            settings,
        };
        drop(Cluster::start(config(Vec::new())).expect("the data is made"));
        let certified = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()])
            .expect("a certificate");
        let file = |name: &str, text: &str| {
            let path = folder.join(name);
            fs::write(&path, text).expect("a file");
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("its mode");
            let owner = fs::metadata(&folder).expect("the folder");
            chown(&path, Some(owner.uid()), Some(owner.gid())).expect("its owner");
            path.display().to_string()
        };
        let port = free_port();
        let settings = [
            ("ssl", "on".to_owned()),
            ("ssl_cert_file", file("server.crt", &certified.cert.pem())),
            (
                "ssl_key_file",
                file("server.key", &certified.signing_key.serialize_pem()),
            ),
            (
                "hba_file",
                file(
                    "hba.conf",
                    "local all all scram-sha-256\nhostssl all all 127.0.0.1/32 scram-sha-256\n",
                ),
            ),
            ("listen_addresses", "127.0.0.1".to_owned()),
            ("port", port.to_string()),
        ];
        let settings = settings
            .map(|(name, value)| (name.to_owned(), value))
            .to_vec();
        let cluster = Cluster::start(config(settings)).expect("it starts with TLS");
        Self {
            cluster: Some(cluster),
            folder,
            port,
        }
    }

    fn url(&self, rest: &str) -> String {
        let local = self.cluster.as_ref().expect("it runs").url("esim_admin");
        let local = with(&with(&local, "host", "localhost"), "hostaddr", "127.0.0.1");
        format!("{local} port={} {rest}", self.port)
    }

    fn certificate(&self) -> PathBuf {
        self.folder.join("server.crt")
    }
}

impl Drop for Encrypted {
    fn drop(&mut self) {
        drop(self.cluster.take());
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn migrate(url: &str) -> (bool, String) {
    run(url, &["migrate"])
}

#[actix_web::test]
async fn database_connection_uses_tls() {
    let database = Encrypted::start();
    let trusted = |path: &Path| format!("sslrootcert={}", path.display());
    let (is_done, output) = migrate(&database.url("sslmode=disable"));
    assert!(!is_done && output.contains("no encryption"), "{output}");
    let (is_done, output) = migrate(&database.url("sslmode=verify-full sslrootcert=/nowhere"));
    assert!(!is_done && output.contains("/nowhere"), "{output}");
    let (is_done, output) = migrate(&database.url("sslmode=require"));
    assert!(is_done, "{output}");
    let verified = format!("sslmode=verify-full {}", trusted(&database.certificate()));
    let (is_done, output) = migrate(&database.url(&verified));
    assert!(is_done, "{output}");

    let template = TestApp::start().await;
    let app = template.second_server(&[("DATABASE_URL", &database.url("sslmode=require"))]);
    app.anonymous().get("/health/ready").await.expect(200);
    let encrypted = app.ctx.db.write(|tx| {
        let conn = tx.conn();
        sql_query("RESET ROLE").execute(conn)?;
        let who: Who =
            sql_query("SELECT ssl::text AS name FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
                .get_result(conn)?;
        Ok(who.name)
    });
    assert_eq!(encrypted.await.expect("a read"), "true");
    drop(app);
    assert_eq!(
        template
            .as_role(UserRole::Admin)
            .get("/v1/plans")
            .await
            .status,
        200
    );
}
