//! `goldpath schema import`.

use super::place::Place;
use insta::assert_snapshot;

/// A definition with two versions of one kind.
fn definition(kind: &str, days: &str) -> String {
    let version = |name: &str| {
        format!(
            "    - name: {name}\n      served: true\n      schema:\n        openAPIV3Schema:\n          type: object\n          properties:\n            spec: {{type: object, properties: {{days: {{type: {days}}}}}}}\n"
        )
    };
    let lower = kind.to_ascii_lowercase();
    format!(
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {{name: {lower}s.cert.example.org}}\nspec:\n  group: cert.example.org\n  names: {{kind: {kind}}}\n  versions:\n{}{}",
        version("v1"),
        version("v2")
    )
}

#[test]
fn definitions_become_the_schemas_that_are_checked_against() {
    let place = Place::with("first-repository");
    place.write(
        "crds/all.yaml",
        &format!("{}---\nkind: ConfigMap\n---\n{}", definition("Certificate", "integer"), definition("Issuer", "integer")),
    );
    assert_snapshot!(place.run(&["schema", "import", "crds/all.yaml"]), @"
    $ goldpath schema import crds/all.yaml
    new        schemas/cert.example.org/Certificate_v1.json
    new        schemas/cert.example.org/Certificate_v2.json
    new        schemas/cert.example.org/Issuer_v1.json
    new        schemas/cert.example.org/Issuer_v2.json

    4 schemas for `goldpath validate` to check custom resources against
    -- exit 0
    ");
    assert_snapshot!(place.text("schemas/cert.example.org/Issuer_v2.json"), @r#"
    {
      "type": "object",
      "properties": {
        "spec": {
          "type": "object",
          "properties": {
            "days": {
              "type": "integer"
            }
          }
        }
      }
    }
    "#);
    place.write("crds/certificate.yaml", &definition("Certificate", "string"));
    place.write("schemas/cert.example.org/Issuer_v1.json", &place.text("schemas/cert.example.org/Issuer_v1.json").replace("  ", " "));
    assert_snapshot!(place.run(&["schema", "import", "crds/certificate.yaml"]), @"
    $ goldpath schema import crds/certificate.yaml
    changed    schemas/cert.example.org/Certificate_v1.json
    changed    schemas/cert.example.org/Certificate_v2.json

    2 schemas for `goldpath validate` to check custom resources against
    -- exit 0
    ");
    place.write("crds/all.yaml", &definition("Issuer", "integer"));
    assert_snapshot!(place.run(&["schema", "import", "crds/all.yaml", "--output", "json"]), @r#"
    $ goldpath schema import crds/all.yaml --output json
    {"apiVersion":"goldpath.dev/v1","kind":"SchemaImportReport","schemas":[{"path":"schemas/cert.example.org/Issuer_v1.json","change":"unchanged"},{"path":"schemas/cert.example.org/Issuer_v2.json","change":"unchanged"}]}
    -- exit 0
    "#);
    place.swap("targets/staging.yaml", "type: directory", "type: directory\n  kubernetes: {version: \"1.36\"}");
    let template = "golden-paths/preview/1.0.0/cluster/certificate.yaml.tera";
    place.write(template, "apiVersion: cert.example.org/v1\nkind: Certificate\nmetadata: {name: a}\nspec: {days: 3}\n");
    assert_snapshot!(place.run(&["validate", "--output", "github"]), @r"
    $ goldpath validate --output github
    ::error file=golden-paths/preview/1.0.0/cluster/certificate.yaml.tera,line=4,endLine=4,col=1,endColumn=16,title=kubernetes-schema::`certificate.yaml`: Certificate: `spec.days` must be text, is 3. Put it in quotes. This is for the owner of the golden path to mend: team `platform`, in #platform-help.%0ASee requests/platform/hello.yaml:1: rendered for `platform/hello`
    ::error file=requests/platform/hello.yaml,line=1,endLine=1,col=1,title=kubernetes-schema::`certificate.yaml`: Certificate: `spec.days` must be text, is 3. Put it in quotes. This is for the owner of the golden path to mend: team `platform`, in #platform-help.%0ASee golden-paths/preview/1.0.0/cluster/certificate.yaml.tera:4: rendered for `platform/hello`
    1 request checked, the errors must be mended
    -- exit 1
    ");
    assert_snapshot!(place.run(&["validate", "--repo", "golden-paths", "--output", "github"]).replace(" --repo golden-paths", ""), @r"
    $ goldpath validate --output github
    ::error file=golden-paths/preview/1.0.0/cluster/certificate.yaml.tera,line=4,endLine=4,col=1,endColumn=16,title=kubernetes-schema::`certificate.yaml`: Certificate: `spec.days` must be text, is 3. Put it in quotes. This is for the owner of the golden path to mend: team `platform`, in #platform-help.%0ASee requests/platform/hello.yaml:1: rendered for `platform/hello`
    ::error file=requests/platform/hello.yaml,line=1,endLine=1,col=1,title=kubernetes-schema::`certificate.yaml`: Certificate: `spec.days` must be text, is 3. Put it in quotes. This is for the owner of the golden path to mend: team `platform`, in #platform-help.%0ASee golden-paths/preview/1.0.0/cluster/certificate.yaml.tera:4: rendered for `platform/hello`
    1 request checked, the errors must be mended
    -- exit 1
    ");
}

#[test]
fn what_is_wrong_with_definitions_is_said_at_once_and_nothing_is_written() {
    let place = Place::with("first-repository");
    place.write("a.yaml", &definition("Certificate", "integer").replace("kind: Certificate", "plural: certificates"));
    place.write("b.yaml", &definition("Issuer", "integer").replace("  group: cert.example.org\n", ""));
    place.write("c.yaml", "kind: [\n");
    place.write("d.yaml", "kind: Deployment\n");
    place.write("e.yaml", &definition("Order", "integer"));
    place.write("f.yaml", &definition("Order", "string"));
    assert_snapshot!(place.run(&["schema", "import", "a.yaml", "b.yaml", "c.yaml", "d.yaml", "e.yaml", "f.yaml"]), @"
    $ goldpath schema import a.yaml b.yaml c.yaml d.yaml e.yaml f.yaml
    -- stderr
    error: nothing was imported
        a.yaml:6: `certificates.cert.example.org` has no `spec.names.kind`
        b.yaml:4: `issuers.cert.example.org` has no `spec.group`
        c.yaml:1: `[` here has no end
        d.yaml:1: it holds no `CustomResourceDefinition`
        f.yaml: another schema for schemas/cert.example.org/Order_v1.json than in e.yaml
        f.yaml: another schema for schemas/cert.example.org/Order_v2.json than in e.yaml
      hint: a definition is what `kubectl get crd NAME --output yaml` prints, or what comes with the operator
    -- exit 1
    ");
    assert!(!place.path("schemas").exists());
    assert_snapshot!(place.run(&["schema", "import", "nowhere.yaml"]), @"
    $ goldpath schema import nowhere.yaml
    -- stderr
    error: nowhere.yaml does not exist
      hint: is the name right?
    -- exit 2
    ");
}
