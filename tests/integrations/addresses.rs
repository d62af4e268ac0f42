//! The allowed endpoint addresses of a provider.

use super::providers::freedom;
use crate::harness::TestApp;
use serde_json::json;

#[actix_web::test]
async fn provider_endpoint_must_be_https_and_public() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    for address in [
        "https://",
        "https:///path",
        "https:////host.example",
        "https:host.example",
        "HTTP://api.example.com",
        "http://api.example.com",
        "ftp://api.example.com",
        "//api.example.com",
        "api.example.com",
        "https://user:pw@api.example.com",
        "https://user@api.example.com",
        "https://@api.example.com",
        "https://api.example.com:0",
        "https://api.example.com:99999",
        "https://api.example.com/?key=1",
        "https://api.example.com/#part",
        "https://api.example.com\\@127.0.0.1/",
        "https://api.exam ple.com",
        "https://api.example\t.com",
        "https://127.0.0.1:18999/",
        "https://127.1",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0x7f.1/",
        "https://0177.0.0.1/",
        "https://017700000001/",
        "https://127.0.0.1./",
        "https://\u{ff11}\u{ff12}\u{ff17}.0.0.1/",
        "https://%31%32%37.0.0.1/",
        "https://0.0.0.0/",
        "https://0/",
        "https://10.0.0.7/",
        "https://172.16.0.1/",
        "https://192.168.1.1/",
        "https://100.64.0.1/",
        "https://169.254.169.254/latest/meta-data",
        "https://224.0.0.1/",
        "https://255.255.255.255/",
        "https://[::1]/",
        "https://[::]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:a9fe:a9fe]/",
        "https://[0:0:0:0:0:ffff:7f00:1]/",
        "https://[fe80::1]/",
        "https://[fd00:ec2::254]/",
        "https://[ff02::1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://[2002:7f00:1::]/",
        "https://[2001:db8::1]/",
        "https://localhost/",
        "https://LOCALHOST./",
        "https://api.localhost/",
        "https://localhost.localdomain/",
        "https://metadata.google.internal/",
        "https://metadata/",
        "https://printer.local/",
        "https://router.lan/",
        "https://.example.com/",
        "https://example..com/",
    ] {
        let mut new = freedom();
        new["api_endpoint"] = json!(address);
        let answer = admin.post("/v1/providers", new).await;
        assert_eq!(answer.status, 422, "{address}: {}", answer.text());
        answer.rejects_field("api_endpoint");
    }
    for (number, address) in [
        "https://partners-api.airalo.com",
        "https://api.esim-go.com/v2.4",
        "https://api.example.com:8443/v1/",
        "https://8.8.8.8/",
        "https://[2606:4700::1111]/",
        "https://xn--bcher-kva.example/",
        "https://simulator.invalid",
    ]
    .into_iter()
    .enumerate()
    {
        let mut new = freedom();
        new["api_endpoint"] = json!(address);
        new["name"] = json!(format!("Provider {number}"));
        admin.post("/v1/providers", new).await.expect(201);
    }
}
