//! Templates that are there for others, and that nothing includes.

use crate::sample::CONFIG;
use crate::worker::repository;
use goldpath::parse::parse;
use goldpath::render::{Cache, Limits, render};

const RELEASE: &str = "apiVersion: goldpath.dev/v1\nkind: Release\nmetadata: {name: 1.0.0}\nspec:\n  serves: v1\n  libraries: {net: 1.0.0}\n  outputs:\n    - {name: main, renderer: kubernetes@1, target: staging}\n";
const RENDERER: &str = "apiVersion: goldpath.dev/v1\nkind: Renderer\nmetadata: {name: own, version: 1}\nspec: {language: {\"*.md\": text}, library: [used.tera]}\n";

fn said(template: &str, files: &[(&str, &str)]) -> String {
    let snapshot = repository(template, files);
    let parsed = parse(&snapshot);
    let rendered = render(&snapshot, &parsed.platform, &Limits::default(), &mut Cache::off(), 1);
    let findings = parsed.findings.iter().chain(&rendered.findings);
    findings
        .map(|finding| {
            format!("  {}:{} {} ({:?}): {}\n", finding.place.path, finding.place.span.line, finding.code, finding.turn, finding.message)
        })
        .collect()
}

#[test]
fn what_nothing_includes_is_said_where_it_is() {
    let host = ("golden-paths/_library/net/1.0.0/host.tera", "{% component host(name) %}{{ name }}{% endcomponent %}\n");
    let port = ("golden-paths/_library/net/1.0.0/port.tera", "# {{ 80 }}\n");
    let read_me = ("golden-paths/_library/net/1.0.0/README.md", "what it is\n");
    let release = ("golden-paths/config/1.0.0/release.yaml", RELEASE);
    let renderer =
        [("renderers/own/1/renderer.yaml", RENDERER), ("renderers/own/1/used.tera", "a\n"), ("renderers/own/1/README.md", "a\n")];
    let old = ("renderers/own/1/old.tera", "a\n");
    let calls = format!("{CONFIG}# {{{{<host name={{metadata.name}} />}}}}\n");
    let includes = |name: &str| format!("{CONFIG}{{% include \"library/net/{name}\" %}}\n");
    let rows = [
        ("nobody names it", said(CONFIG, &[host])),
        ("named for nothing", said(CONFIG, &[host, port, read_me, release])),
        ("a component is called", said(&calls, &[host, read_me, release])),
        ("one of two is included", said(&includes("port.tera"), &[host, port, release])),
        ("one by the other", said(&includes("port.tera"), &[host, (port.0, "# {{<host name={metadata.name} />}}\n"), release])),
        ("a renderer's", said(CONFIG, &renderer)),
        ("a renderer's that it does not name", said(CONFIG, &[&renderer[..], &[old]].concat())),
        ("a template that cannot be loaded", said("{{ nothing }}\n", &[host, port, release])),
    ];
    let shown: String = rows.iter().map(|(what, said)| format!("{what}\n{said}")).collect();
    insta::assert_snapshot!(shown, @r"
    nobody names it
      golden-paths/_library/net/1.0.0/host.tera:1 unused-library (Platform): no release uses the library `net@1.0.0`
    named for nothing
      golden-paths/config/1.0.0/release.yaml:6 unused-library (PathOwner): no template of this release uses anything of the library `net@1.0.0`
    a component is called
    one of two is included
      golden-paths/_library/net/1.0.0/host.tera:1 unused-library (PathOwner): no template uses anything of this file of the library `net@1.0.0`
    one by the other
    a renderer's
    a renderer's that it does not name
      renderers/own/1/old.tera:1 ignored-file (Platform): `spec.library` of `renderers/own/1/renderer.yaml` does not name this file, so nothing can include it
    a template that cannot be loaded
      golden-paths/config/1.0.0/main/a.yaml.tera:1 template-error (PathOwner): `nothing` is not known to templates
    ");
}
