use super::*;
use insta::assert_snapshot;

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn the_first_start_makes_a_key_and_the_next_ones_keep_it() {
    let dir = tempfile::tempdir().unwrap();
    let first = Signer::open_or_create(dir.path()).unwrap();
    let private = dir.path().join("keys/evidence.pem");
    assert_eq!((mode(&private), mode(&dir.path().join("keys"))), (0o600, 0o700));
    let again = Signer::open_or_create(dir.path()).unwrap();
    assert_eq!(first.key_id(), again.key_id());
    assert_ne!(first.key_id(), Signer::open_or_create(tempfile::tempdir().unwrap().path()).unwrap().key_id());

    let public = PublicKey::from_pem(&std::fs::read_to_string(again.public_file()).unwrap()).unwrap();
    let signature = first.sign(b"text");
    assert!(public.verify(b"text", &signature) && !public.verify(b"texT", &signature));
    assert_eq!(format!("{first:?}"), format!("signer with key {}", first.key_id().short()), "the key itself is never shown");
    assert!(std::fs::read_to_string(private).unwrap().starts_with("-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEI"));
}

#[test]
fn many_first_starts_at_once_make_one_key() {
    let dir = tempfile::tempdir().unwrap();
    let ids: Vec<Digest> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| *Signer::open_or_create(dir.path()).unwrap().key_id())).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(ids.iter().all(|id| *id == ids[0]));
}

#[test]
fn a_key_that_cannot_be_trusted_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let refused = || {
        let error = Signer::open_or_create(dir.path()).unwrap_err();
        assert!(!error.is_retryable());
        error.to_string().replace(dir.path().to_str().unwrap(), "STATE")
    };
    let public = Signer::open_or_create(dir.path()).unwrap().public_file().to_owned();
    let private = dir.path().join("keys/evidence.pem");

    let other = tempfile::tempdir().unwrap();
    std::fs::copy(Signer::open_or_create(other.path()).unwrap().public_file(), &public).unwrap();
    assert_snapshot!(refused(), @"STATE/keys/evidence.pub does not belong to the private key beside it");
    std::fs::remove_file(&public).unwrap();
    Signer::open_or_create(dir.path()).unwrap();

    std::fs::set_permissions(&private, std::fs::Permissions::from_mode(0o640)).unwrap();
    assert_snapshot!(refused(), @"failed to open STATE/keys/evidence.pem: others may read it (mode 640)");
    std::fs::set_permissions(&private, std::fs::Permissions::from_mode(0o600)).unwrap();
    std::fs::write(&private, "nothing").unwrap();
    assert_snapshot!(refused(), @"failed to read STATE/keys/evidence.pem: it is no Ed25519 key in PKCS#8 PEM");
}
