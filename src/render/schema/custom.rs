//! Custom resources: their schemas come from the repository, `schemas/<group>/<kind>_<version>.json`, and are made from definitions.

use super::rules::Rules;
use super::{Schema, Scope, Shape, Type, newest};
use crate::model::RepoPath;
use crate::snapshot::Snapshot;
use crate::yaml;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

/// The folder at the top of the repository.
const FOLDER: &str = "schemas";
/// Schemas nest no deeper than this; what is below is not looked at.
const DEEPEST: usize = 64;
/// Where a schema says `Namespaced` or `Cluster`, which a definition says elsewhere.
const SCOPE: &str = "x-goldpath-scope";

/// The schemas of custom resources that a repository brings.
#[derive(Debug)]
pub(in crate::render) struct Custom<'a> {
    files: BTreeMap<&'a RepoPath, (&'a [u8], OnceLock<Read>)>,
}

/// What a file of a repository says.
#[derive(Debug)]
enum Read {
    Schema(Schema),
    NoSchema,
    NoJson,
}

/// What is known of the schema of an object.
#[derive(Debug)]
pub(in crate::render) enum Known<'c> {
    /// It is checked against this.
    Schema(&'c Schema),
    /// The file is there and is no schema.
    NoSchema,
    /// The file is there and cannot be read, which is told of itself.
    NoJson,
    /// There is no such file.
    Nothing,
}

impl<'a> Custom<'a> {
    /// The schemas of a repository; each is read when it is first asked for.
    pub(in crate::render) fn of(snapshot: &'a Snapshot) -> Self {
        let files = snapshot.under(FOLDER).map(|(path, file)| (path, (&*file.bytes, OnceLock::new())));
        Self { files: files.collect() }
    }

    /// Where the schema of an object is, or would be; nothing for objects of Kubernetes itself.
    pub(in crate::render) fn place(object: &Value) -> Option<RepoPath> {
        let text = |field: &str| object.get(field).and_then(Value::as_str);
        let (group, version) = text("apiVersion")?.split_once('/').filter(|(group, _)| group.contains('.'))?;
        RepoPath::parse(&file_of(group, text("kind")?, version)).ok()
    }

    /// What the file at a place says.
    pub(in crate::render) fn known(&self, place: &RepoPath, object: &Value) -> Known<'_> {
        let Some((bytes, read)) = self.files.get(place) else { return Known::Nothing };
        let made = read.get_or_init(|| {
            let Ok(root) = serde_json::from_slice(bytes) else { return Read::NoJson };
            let text = |field: &str| object.get(field).and_then(Value::as_str);
            let named = || Some((text("apiVersion")?.split_once('/')?, text("kind")?));
            named().and_then(|((group, version), kind)| schema(&root, group, version, kind)).map_or(Read::NoSchema, Read::Schema)
        });
        match made {
            Read::Schema(schema) => Known::Schema(schema),
            Read::NoSchema => Known::NoSchema,
            Read::NoJson => Known::NoJson,
        }
    }
}

fn file_of(group: &str, kind: &str, version: &str) -> String {
    format!("{FOLDER}/{group}/{kind}_{version}.json")
}

/// The schema of one kind, as the walk over objects takes it.
fn schema(root: &Value, group: &str, version: &str, kind: &str) -> Option<Schema> {
    let mut shapes = Vec::new();
    let keeps = root.get("x-kubernetes-preserve-unknown-fields") == Some(&Value::Bool(true));
    let form = match (kind_of(root, &mut shapes, 0).form(), root.as_object()) {
        (Type::Any, Some(map)) if keeps => object(map, &mut shapes, 0),
        (form, _) => form.clone(),
    };
    let top = match form {
        Type::Shape(top) => top,
        // Whatever it holds besides is not said.
        Type::Object => {
            shapes.push(Shape { open: true, ..Shape::default() });
            shapes.len() - 1
        }
        _ => return None,
    };
    // What every object has is not said in a definition.
    let metadata = metadata(&mut shapes);
    for (field, wanted) in [("apiVersion", Type::String), ("kind", Type::String), ("metadata", metadata)] {
        shapes[top].fields.insert(field.to_owned(), wanted);
    }
    let kinds = BTreeMap::from([(version.to_owned(), BTreeMap::from([(kind.to_owned(), Type::Shape(top))]))]);
    let scope = match root.get(SCOPE).and_then(Value::as_str) {
        Some("Cluster") => Some(Scope::Cluster),
        Some("Namespaced") => Some(Scope::Namespaced),
        _ => None,
    };
    let scopes = BTreeMap::from([(group.to_owned(), scope.map(|scope| (kind.to_owned(), scope)).into_iter().collect())]);
    Some(Schema { api: format!("`{group}/{version}`"), kinds: BTreeMap::from([(group.to_owned(), kinds)]), shapes, scopes })
}

/// The metadata of an object, which are the same for all kinds.
fn metadata(shapes: &mut Vec<Shape>) -> Type {
    let known = newest();
    let any = known.kinds.get("").and_then(|core| core.get("v1")?.get("ConfigMap"));
    let Some(Type::Shape(top)) = any else { return Type::Object };
    known.shapes[*top].fields.get("metadata").map_or(Type::Object, |wanted| taken_over(known, wanted, shapes, 0))
}

/// A type of another API with the shapes that it needs.
fn taken_over(from: &Schema, wanted: &Type, shapes: &mut Vec<Shape>, depth: usize) -> Type {
    let mut inner = |wanted: &Type| Box::new(taken_over(from, wanted, shapes, depth + 1));
    match wanted {
        _ if depth > DEEPEST => Type::Any,
        Type::List(wanted) => Type::List(inner(wanted)),
        Type::Map(wanted) => Type::Map(inner(wanted)),
        Type::Shape(index) => {
            let Shape { fields, required, open } = &from.shapes[*index];
            let fields = fields.iter().map(|(name, wanted)| (name.clone(), *inner(wanted))).collect();
            shapes.push(Shape { fields, required: required.clone(), open: *open });
            Type::Shape(shapes.len() - 1)
        }
        other => other.clone(),
    }
}

/// What a value may be; rules of several fields are for the API server.
fn kind_of(schema: &Value, shapes: &mut Vec<Shape>, depth: usize) -> Type {
    let Some(map) = schema.as_object().filter(|_| depth < DEEPEST) else { return Type::Any };
    let form = form_of(map, shapes, depth);
    match Rules::of(map) {
        Some(rules) => Type::Held(Box::new(form), Arc::new(rules)),
        None => form,
    }
}

fn form_of(map: &Map<String, Value>, shapes: &mut Vec<Shape>, depth: usize) -> Type {
    let is_true = |key: &str| map.get(key) == Some(&Value::Bool(true));
    if is_true("x-kubernetes-int-or-string") {
        return Type::IntOrString;
    }
    match map.get("type").and_then(Value::as_str) {
        Some("object") => object(map, shapes, depth),
        Some("array") => Type::List(Box::new(map.get("items").map_or(Type::Any, |items| kind_of(items, shapes, depth + 1)))),
        Some("string") => Type::String,
        Some("boolean") => Type::Boolean,
        Some("integer") if map.get("format").and_then(Value::as_str) == Some("int32") => Type::Int32,
        Some("integer") => Type::Int64,
        Some("number") => Type::Number,
        _ => Type::Any,
    }
}

fn object(map: &Map<String, Value>, shapes: &mut Vec<Shape>, depth: usize) -> Type {
    let keeps = |key: &str| map.get(key) == Some(&Value::Bool(true));
    if keeps("x-kubernetes-embedded-resource") {
        return Type::Object;
    }
    let others = map.get("additionalProperties");
    let Some(Value::Object(properties)) = map.get("properties") else {
        return match others {
            Some(values @ Value::Object(_)) if !keeps("x-kubernetes-preserve-unknown-fields") => {
                Type::Map(Box::new(kind_of(values, shapes, depth + 1)))
            }
            _ => Type::Object,
        };
    };
    let open = keeps("x-kubernetes-preserve-unknown-fields") || matches!(others, Some(Value::Bool(true) | Value::Object(_)));
    let fields = properties.iter().map(|(name, property)| (name.clone(), kind_of(property, shapes, depth + 1))).collect();
    let required = map.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    // The API server fills in defaults before it asks.
    let may_be_missing = |name: &str| {
        let property = properties.get(name);
        let says = |key: &str| property.and_then(|property| property.get(key));
        says("default").is_some_and(|value| !value.is_null()) || says("nullable") == Some(&Value::Bool(true))
    };
    let required = required.filter(|name| !may_be_missing(name)).map(str::to_owned).collect();
    shapes.push(Shape { fields, required, open });
    Type::Shape(shapes.len() - 1)
}

/// A mistake of a definition: its line, and a sentence without a full stop.
type Mistake = (u32, String);

/// The files that definitions of custom resources come to: for each version that is served, its place in the repository and its schema.
///
/// # Errors
/// Everything that is wrong with the text.
pub fn schemas_of_crd(text: &str) -> Result<Vec<(RepoPath, Value)>, Vec<Mistake>> {
    let parsed = yaml::parse(text);
    let problems = parsed.problems.iter().filter(|problem| problem.is_error());
    let mut mistakes: Vec<Mistake> = problems.map(|problem| (problem.span.line, problem.message.clone())).collect();
    if !mistakes.is_empty() {
        return Err(mistakes);
    }
    let (mut schemas, mut definitions) = (Vec::new(), 0);
    for document in &parsed.documents {
        for at in definitions_in(document.value()) {
            definitions += 1;
            let definition = Definition { document, at };
            match definition.schemas() {
                Ok(all) => schemas.extend(all),
                Err(all) => mistakes.extend(all),
            }
        }
    }
    if definitions == 0 {
        mistakes.push((1, "it holds no `CustomResourceDefinition`".to_owned()));
    }
    if mistakes.is_empty() { Ok(schemas) } else { Err(mistakes) }
}

/// Where definitions stand in a document: it is one itself, or a list of some.
fn definitions_in(document: &Value) -> Vec<String> {
    let is_one = |value: &Value| value.get("kind").and_then(Value::as_str) == Some("CustomResourceDefinition");
    if is_one(document) {
        return vec![String::new()];
    }
    let items = document.get("items").and_then(Value::as_array).into_iter().flatten();
    items.enumerate().filter(|(_, item)| is_one(item)).map(|(index, _)| format!("/items/{index}")).collect()
}

/// One definition in a document.
struct Definition<'a> {
    document: &'a yaml::Document<'a>,
    at: String,
}

impl Definition<'_> {
    fn get(&self, pointer: &str) -> Option<&Value> {
        self.document.value().pointer(&format!("{}{pointer}", self.at))
    }

    fn text(&self, pointer: &str) -> Option<&str> {
        self.get(pointer).and_then(Value::as_str)
    }

    /// A mistake at the nearest thing above a pointer that is there.
    fn mistake(&self, pointer: &str, message: &str) -> Mistake {
        let name = self.text("/metadata/name").unwrap_or("a definition");
        let mut at = format!("{}{pointer}", self.at);
        let line = loop {
            match self.document.place(&at) {
                Some(spot) => break spot.key.unwrap_or(spot.value).line,
                None => match at.rfind('/') {
                    Some(end) => at.truncate(end),
                    None => break 1,
                },
            }
        };
        (line, format!("`{name}` {message}"))
    }

    fn lacks(&self, pointer: &str) -> Mistake {
        let field = pointer.split('/').skip(1).filter(|name| name.parse::<usize>().is_err()).collect::<Vec<_>>().join(".");
        self.mistake(pointer, &format!("has no `{field}`"))
    }

    /// A schema with where its objects live, which no schema says.
    fn with_scope(&self, schema: &Value) -> Value {
        let mut schema = schema.clone();
        if let (Value::Object(map), Some(scope)) = (&mut schema, self.text("/spec/scope")) {
            map.insert(SCOPE.to_owned(), Value::from(scope));
        }
        schema
    }

    fn schemas(&self) -> Result<Vec<(RepoPath, Value)>, Vec<Mistake>> {
        let mut mistakes = Vec::new();
        let [group, kind] = ["/spec/group", "/spec/names/kind"].map(|pointer| {
            let text = self.text(pointer);
            mistakes.extend(text.is_none().then(|| self.lacks(pointer)));
            text.unwrap_or_default()
        });
        let versions = self.get("/spec/versions").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        if versions.is_empty() {
            mistakes.push(self.lacks("/spec/versions"));
        }
        let mut schemas = Vec::new();
        for (index, version) in versions.iter().enumerate() {
            if version.get("served") == Some(&Value::Bool(false)) {
                continue;
            }
            let at = format!("/spec/versions/{index}");
            let (name, schema) = (self.text(&format!("{at}/name")), self.get(&format!("{at}/schema/openAPIV3Schema")));
            let (Some(name), Some(schema)) = (name, schema) else {
                let pointer = if name.is_none() { format!("{at}/name") } else { format!("{at}/schema/openAPIV3Schema") };
                mistakes.push(self.lacks(&pointer));
                continue;
            };
            if group.is_empty() || kind.is_empty() {
                continue;
            }
            let path = RepoPath::parse(&file_of(group, kind, name)).map_err(|error| error.to_string());
            match path.and_then(|path| if path.components().count() == 3 { Ok(path) } else { Err("a name holds `/`".to_owned()) }) {
                Ok(path) => schemas.push((path, self.with_scope(schema))),
                Err(error) => mistakes.push(self.mistake(&at, &format!("has names that cannot be a file's: {error}"))),
            }
        }
        if mistakes.is_empty() { Ok(schemas) } else { Err(mistakes) }
    }
}

#[cfg(test)]
mod tests {
    use super::super::check;
    use super::*;
    use crate::model::{ContentId, Digest};
    use crate::snapshot::{File, Mode};

    const CRD: &str = r"
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: certificates.cert.example.org}
spec:
  group: cert.example.org
  names: {kind: Certificate, plural: certificates}
  scope: Namespaced
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          required: [spec]
          properties:
            spec:
              type: object
              required: [secretName]
              properties:
                secretName: {type: string}
                dnsNames: {type: array, items: {type: string}}
                days: {type: integer, format: int32}
                port: {x-kubernetes-int-or-string: true}
                labels: {type: object, additionalProperties: {type: string}}
                extra: {type: object, x-kubernetes-preserve-unknown-fields: true}
            status: {type: object, properties: {ready: {type: boolean}}}
    - {name: v1alpha1, served: false, storage: false}
";

    fn said(object: &str) -> String {
        said_by(CRD, object)
    }

    /// What is said of an object by the schema of a definition.
    fn said_by(crd: &str, object: &str) -> String {
        let schemas = schemas_of_crd(crd).unwrap();
        let file = |schema: &Value| {
            let bytes = schema.to_string().into_bytes();
            let mut id = [0; 20];
            id.copy_from_slice(&Digest::of(&bytes).bytes()[..20]);
            File { id: ContentId::from_bytes(id), mode: Mode::Regular, bytes: bytes.into() }
        };
        let snapshot = Snapshot::new(None, schemas.iter().map(|(path, schema)| (path.clone(), file(schema))).collect(), Vec::new());
        let object = yaml::parse(object).documents.into_iter().next().unwrap().into_value();
        let custom = Custom::of(&snapshot);
        let place = Custom::place(&object).unwrap();
        let Known::Schema(schema) = custom.known(&place, &object) else { return format!("nothing is known of {place}") };
        let wrong = check(schema, &object);
        if wrong.is_empty() {
            "fits".to_owned()
        } else {
            wrong.iter().map(|wrong| format!("{}: {}\n", wrong.message, wrong.help)).collect()
        }
    }

    #[test]
    fn a_definition_comes_to_a_schema_for_each_version_that_is_served() {
        let paths: Vec<String> = schemas_of_crd(CRD).unwrap().into_iter().map(|(path, _)| path.to_string()).collect();
        assert_eq!(paths, ["schemas/cert.example.org/Certificate_v1.json"]);
        let scopes = ["Namespaced", "Cluster"].map(|scope| {
            let (_, root) = schemas_of_crd(&CRD.replace("Namespaced", scope)).unwrap().remove(0);
            let object = serde_json::json!({"apiVersion": "cert.example.org/v1", "kind": "Certificate"});
            schema(&root, "cert.example.org", "v1", "Certificate").unwrap().scope(&object)
        });
        assert_eq!(scopes, [Some(Scope::Namespaced), Some(Scope::Cluster)]);
        insta::assert_snapshot!(wrong("kind: ConfigMap\n"), @"1: it holds no `CustomResourceDefinition`");
        insta::assert_snapshot!(wrong(&CRD.replace("group: cert", "group: ../cert")), @"10: `certificates.cert.example.org` has names that cannot be a file's: the path holds `.` or `..`");
        insta::assert_snapshot!(wrong(&CRD.replace("group: cert", "group: a/cert")), @"10: `certificates.cert.example.org` has names that cannot be a file's: a name holds `/`");
        let many = CRD.replace("  group: cert.example.org\n", "").replace("served: false", "served: true")
            + "---\nkind: CustomResourceDefinition\n";
        insta::assert_snapshot!(wrong(&many), @"
        5: `certificates.cert.example.org` has no `spec.group`
        28: `certificates.cert.example.org` has no `spec.versions.schema.openAPIV3Schema`
        30: `a definition` has no `spec.group`
        30: `a definition` has no `spec.names.kind`
        30: `a definition` has no `spec.versions`
        ");
    }

    /// What is said of an object, by a definition whose `spec` has these properties, required as it says.
    fn held(required: &str, properties: &str, spec: &str) -> String {
        let crd = CRD.replace("              required: [secretName]\n", &format!("              required: [{required}]\n"));
        let (head, rest) = crd.split_once("                secretName:").unwrap();
        let (_, tail) = rest.split_once("            status:").unwrap();
        let own: String = properties.lines().map(|line| format!("                {}\n", line.trim())).collect();
        let object = format!("apiVersion: cert.example.org/v1\nkind: Certificate\nmetadata: {{name: a}}\nspec: {spec}\n");
        said_by(&format!("{head}{own}            status:{tail}"), &object)
    }

    #[test]
    fn what_a_definition_asks_besides_the_form_is_held() {
        let properties = "mode: {type: string, enum: [primary, replica]}\nsize: {type: integer, minimum: 1, maximum: 9, multipleOf: 2, default: 2}\n\
                          share: {type: number, minimum: 0, exclusiveMinimum: true, multipleOf: 0.1}\nname: {type: string, minLength: 2, maxLength: 4, pattern: '^[a-z]+$'}\n\
                          list: {type: array, minItems: 1, maxItems: 2, items: {type: string, pattern: '(?!x)'}}\n\
                          labels: {type: object, maxProperties: 1, additionalProperties: {type: string}}\n\
                          port: {x-kubernetes-int-or-string: true, pattern: '^[0-9]+%$'}\none: {type: integer, enum: [1]}\nnone: {type: string, nullable: true}\n";
        let said = |spec: &str| held("mode, size, none", properties, spec);
        assert_eq!(said("{mode: primary}"), "fits");
        let all = "{mode: replica, size: 8, share: 0.3, name: äb, list: [x], labels: {a: b}, port: 5, one: 1.0, none: null}";
        assert_eq!(said(&all.replace("äb", "ab").replace("1.0", "1")), "fits");
        let wrong = [
            "{mode: primry, size: 0, share: 0, name: a, list: [], labels: {a: b, c: d}, port: 5, one: 2}",
            "{mode: x, size: 10, name: abcde, list: [a, b, c], port: '5'}",
            "{mode: primary, size: 3, name: 'a`1'}",
            "{size: '2'}",
        ];
        insta::assert_snapshot!(wrong.map(said).join("\n"), @"
        Certificate: `spec.mode` must be one of `primary` and `replica`, is the text `primry`: Did you mean `primary`?
        Certificate: `spec.size` must be at least 1, is 0: `kubectl explain certificate.spec.size` tells what may stand there.
        Certificate: `spec.share` must be more than 0, is 0: `kubectl explain certificate.spec.share` tells what may stand there.
        Certificate: `spec.name` must have at least 2 characters, has 1: `kubectl explain certificate.spec.name` tells what may stand there.
        Certificate: `spec.list` must have at least 1 entry, has 0: `kubectl explain certificate.spec.list` tells what may stand there.
        Certificate: `spec.labels` must have at most 1 entry, has 2: `kubectl explain certificate.spec.labels` tells what may stand there.
        Certificate: `spec.one` must be `1`, is 2: `kubectl explain certificate.spec.one` tells what may stand there.

        Certificate: `spec.mode` must be one of `primary` and `replica`, is the text `x`: `kubectl explain certificate.spec.mode` tells what may stand there.
        Certificate: `spec.size` must be at most 9, is 10: `kubectl explain certificate.spec.size` tells what may stand there.
        Certificate: `spec.name` must have at most 4 characters, has 5: `kubectl explain certificate.spec.name` tells what may stand there.
        Certificate: `spec.list` must have at most 2 entries, has 3: `kubectl explain certificate.spec.list` tells what may stand there.
        Certificate: `spec.port` must match the pattern `^[0-9]+%$`, is the text `5`: `kubectl explain certificate.spec.port` tells what may stand there.

        Certificate: `spec.size` must be a multiple of 2, is 3: `kubectl explain certificate.spec.size` tells what may stand there.
        Certificate: `spec.name` must match the pattern `^[a-z]+$`, is the text `a'1`: `kubectl explain certificate.spec.name` tells what may stand there.

        Certificate: `spec.size` must be an integer, is the text `2`: Write it without quotes.
        Certificate: `spec.mode` is missing: `kubectl explain certificate.spec` tells what may stand there.
        ");
    }

    #[test]
    fn metadata_of_custom_resources_are_held_too() {
        let object = |metadata: &str| {
            said(&format!("apiVersion: cert.example.org/v1\nkind: Certificate\nmetadata: {metadata}\nspec: {{secretName: a}}\n"))
        };
        assert_eq!(
            object("{name: a, namespace: b, labels: {a: b}, annotations: {c: d}, finalizers: [e], creationTimestamp: null}"),
            "fits"
        );
        insta::assert_snapshot!(object("{name: a, lables: {a: b}, annotations: {a: 1}, ownerReferences: [{name: x}]}"), @"
        Certificate: `cert.example.org/v1` knows no field `metadata.lables`: Did you mean `labels`?
        Certificate: `metadata.annotations.a` must be text, is 1: Put it in quotes.
        Certificate: `metadata.ownerReferences[0].apiVersion` is missing: `kubectl explain certificate.metadata.ownerReferences` tells what may stand there.
        Certificate: `metadata.ownerReferences[0].kind` is missing: `kubectl explain certificate.metadata.ownerReferences` tells what may stand there.
        Certificate: `metadata.ownerReferences[0].uid` is missing: `kubectl explain certificate.metadata.ownerReferences` tells what may stand there.
        ");
    }

    #[test]
    fn a_definition_that_keeps_what_it_does_not_know_is_a_schema() {
        let keeps = "schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}";
        let (head, _) = CRD.split_once("      schema:\n").unwrap();
        let object = |metadata: &str| {
            format!("apiVersion: cert.example.org/v1\nkind: Certificate\nmetadata: {metadata}\nspec: {{a: 1}}\nmore: []\n")
        };
        let said = |schema: &str, metadata: &str| said_by(&format!("{head}      {schema}\n"), &object(metadata));
        assert_eq!(said(keeps, "{name: a}"), "fits");
        insta::assert_snapshot!(said(keeps, "{name: a, lables: {}}"), @"Certificate: `cert.example.org/v1` knows no field `metadata.lables`: Did you mean `labels`?");
        assert_eq!(said(&keeps.replace("type: object, ", ""), "{name: a}"), "fits");
        let some = keeps.replace("true}", "true, required: [spec], properties: {spec: {type: object, properties: {a: {type: string}}}}}");
        insta::assert_snapshot!(said(&some, "{name: a}"), @"Certificate: `spec.a` must be text, is 1: Put it in quotes.");
    }

    /// What is wrong with definitions, a line for each.
    fn wrong(text: &str) -> String {
        let mistakes = schemas_of_crd(text).unwrap_err();
        mistakes.iter().map(|(line, message)| format!("{line}: {message}\n")).collect()
    }

    #[test]
    fn a_list_of_definitions_is_what_kubectl_prints() {
        let item: String =
            CRD.trim_start().lines().enumerate().map(|(index, text)| format!("{}{text}\n", if index == 0 { "- " } else { "  " })).collect();
        let paths: Vec<String> =
            schemas_of_crd(&format!("kind: List\nitems:\n{item}")).unwrap().into_iter().map(|(path, _)| path.to_string()).collect();
        assert_eq!(paths, ["schemas/cert.example.org/Certificate_v1.json"]);
    }

    #[test]
    fn a_custom_resource_is_checked_against_its_schema() {
        let object =
            |spec: &str| said(&format!("apiVersion: cert.example.org/v1\nkind: Certificate\nmetadata: {{name: a}}\nspec: {spec}\n"));
        assert_eq!(object("{secretName: a, dnsNames: [b], days: 3, port: http, labels: {a: b}, extra: {x: [1]}}"), "fits");
        insta::assert_snapshot!(object("{secretname: a, dnsNames: b, days: x, labels: {a: 1}}"), @r"
    Certificate: `cert.example.org/v1` knows no field `spec.secretname`: Did you mean `secretName`?
    Certificate: `spec.dnsNames` must be a list, is the text `b`: Begin each entry with `- `.
    Certificate: `spec.days` must be an integer, is the text `x`: `kubectl explain certificate.spec.days` tells what may stand there.
    Certificate: `spec.labels.a` must be text, is 1: Put it in quotes.
    ");
        insta::assert_snapshot!(said("apiVersion: cert.example.org/v2\nkind: Certificate\n"), @"nothing is known of schemas/cert.example.org/Certificate_v2.json");
    }
}
