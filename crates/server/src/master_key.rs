//! Finds the key from which all keys for secrets at rest are derived, or makes it on a developer's first start.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use poolhouse_crypto::entropy::Entropy;
use poolhouse_crypto::seal::MasterKey;

use crate::config::{Config, Mode, Place};

const FILE_NAME: &str = "master.key";

/// The configured master key; in development mode, without one, the key in `master.key` beside the data.
///
/// That file is made when it is missing, for its owner only. A database in memory gets a key of its own, as nothing
/// outlives it.
pub fn load(config: &Config, entropy: &dyn Entropy) -> anyhow::Result<MasterKey> {
    if let Some(key) = &config.master_key {
        return MasterKey::parse(key.expose()).context("the setting master_key is not usable");
    }
    if let Some(path) = &config.master_key_file {
        let text = fs::read_to_string(path)
            .with_context(|| format!("the master key file {} cannot be read", path.display()))?;
        return parse(&text, path);
    }
    match (config.mode, config.place()) {
        (Mode::Production, _) => bail!("there is no master key: set POOLHOUSE_MASTER_KEY or master_key_file"),
        (Mode::Development, Place::Memory) => Ok(MasterKey::generate(entropy)),
        (Mode::Development, Place::File(database)) => read_or_make(&beside(&database), entropy),
        (Mode::Development, Place::Server) => read_or_make(&config.data_dir.join(FILE_NAME), entropy),
    }
}

fn beside(database: &Path) -> PathBuf {
    database.with_file_name(FILE_NAME)
}

/// Reads the key, or writes a new one. Programs that start together agree on one: the file is locked meanwhile, and an
/// empty one, left by a program that died before it had a key, counts as missing.
fn read_or_make(path: &Path, entropy: &dyn Entropy) -> anyhow::Result<MasterKey> {
    let shown = path.display();
    let mut text = String::new();
    let mut file = open(path)
        .and_then(|mut file| file.read_to_string(&mut text).map(|_| file))
        .with_context(|| format!("the master key file {shown} can be neither read nor made"))?;
    if !text.is_empty() {
        if file
            .metadata()
            .is_ok_and(|metadata| metadata.permissions().mode() & 0o077 != 0)
        {
            tracing::warn!(path = %shown, "others than its owner may use the master key file: chmod 600 it");
        }
        return parse(&text, path);
    }
    let key = MasterKey::generate(entropy);
    file.write_all(format!("{}\n", *key.to_base64()).as_bytes())
        .and_then(|()| file.sync_all())
        .with_context(|| format!("the master key file {shown} cannot be written"))?;
    tracing::info!(path = %shown, "made a master key; without it the database's secrets cannot be read");
    Ok(key)
}

fn open(path: &Path) -> std::io::Result<File> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let file = File::options()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)?;
    file.lock()?;
    Ok(file)
}

fn parse(text: &str, path: &Path) -> anyhow::Result<MasterKey> {
    MasterKey::parse(text).with_context(|| format!("the master key file {} is not usable", path.display()))
}

#[cfg(test)]
mod tests {
    use poolhouse_crypto::entropy::{SeededEntropy, SystemEntropy};

    use super::*;
    use crate::config::Settings;

    fn text(key: &MasterKey) -> String {
        key.to_base64().to_string()
    }

    fn config(settings: Settings) -> Config {
        Config::resolve(settings).unwrap()
    }

    fn problem(settings: Settings) -> String {
        format!("{:#}", load(&config(settings), &SystemEntropy).err().unwrap())
    }

    #[test]
    fn the_first_start_makes_a_key_beside_the_database_and_later_ones_read_it() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("new/house.db");
        let config = config(Settings {
            database: Some(format!("sqlite:{}", database.display()).into()),
            ..Settings::default()
        });
        let first = load(&config, &SystemEntropy).unwrap();
        let path = folder.path().join("new/master.key");
        assert_eq!(fs::read_to_string(&path).unwrap(), format!("{}\n", text(&first)));
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(text(&load(&config, &SystemEntropy).unwrap()), text(&first));
    }

    #[test]
    fn with_a_database_server_the_key_is_in_the_data_folder() {
        let folder = tempfile::tempdir().unwrap();
        let config = config(Settings {
            database: Some("postgres://db/house".to_owned().into()),
            data_dir: Some(folder.path().into()),
            ..Settings::default()
        });
        let key = load(&config, &SystemEntropy).unwrap();
        assert_eq!(
            fs::read_to_string(folder.path().join("master.key")).unwrap(),
            format!("{}\n", text(&key))
        );
    }

    #[test]
    fn programs_that_start_together_agree_on_one_key() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        let keys: Vec<_> = std::thread::scope(|scope| {
            let starts: Vec<_> = (0..16)
                .map(|_| scope.spawn(|| text(&read_or_make(&path, &SystemEntropy).unwrap())))
                .collect();
            starts.into_iter().map(|start| start.join().unwrap()).collect()
        });
        assert!(keys.iter().all(|key| *key == keys[0]), "{keys:?}");
    }

    #[test]
    fn a_file_left_empty_gets_a_key_and_a_spoilt_one_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        fs::write(&path, "").unwrap();
        let key = read_or_make(&path, &SeededEntropy::new("key")).unwrap();
        assert_eq!(text(&key), text(&MasterKey::generate(&SeededEntropy::new("key"))));

        fs::write(&path, "spoilt").unwrap();
        assert_eq!(
            format!("{:#}", read_or_make(&path, &SystemEntropy).err().unwrap()),
            format!(
                "the master key file {} is not usable: a master key is 32 bytes, written in Base64 or as 64 \
                 hexadecimal digits",
                path.display()
            )
        );
        assert_eq!(fs::read_to_string(&path).unwrap(), "spoilt");
    }

    #[test]
    fn a_configured_key_is_used_in_either_form_and_no_file_is_made() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("secret");
        fs::write(&file, format!("{}\n", "00".repeat(32))).unwrap();
        let data_dir = folder.path().join("data");
        let zeroes = text(&MasterKey::parse(&"00".repeat(32)).unwrap());
        let given = Settings {
            master_key: Some(zeroes.clone().into()),
            data_dir: Some(data_dir.clone()),
            ..Settings::default()
        };
        let in_file = Settings {
            master_key_file: Some(file),
            data_dir: Some(data_dir.clone()),
            ..Settings::default()
        };
        for settings in [given, in_file] {
            assert_eq!(text(&load(&config(settings), &SystemEntropy).unwrap()), zeroes);
        }
        assert!(!data_dir.exists());
    }

    #[test]
    fn a_database_in_memory_has_a_new_key_each_time() {
        let config = config(Settings {
            database: Some("sqlite::memory:".to_owned().into()),
            ..Settings::default()
        });
        assert_ne!(
            text(&load(&config, &SystemEntropy).unwrap()),
            text(&load(&config, &SystemEntropy).unwrap())
        );
    }

    #[test]
    fn an_unusable_key_is_said_and_production_mode_makes_none() {
        assert_eq!(
            problem(Settings {
                master_key: Some("s3cret".to_owned().into()),
                ..Settings::default()
            }),
            "the setting master_key is not usable: a master key is 32 bytes, written in Base64 or as 64 hexadecimal digits"
        );
        assert_eq!(
            problem(Settings {
                master_key_file: Some("/nowhere/key".into()),
                ..Settings::default()
            }),
            "the master key file /nowhere/key cannot be read: No such file or directory (os error 2)"
        );
        assert_eq!(
            problem(Settings {
                mode: Some(Mode::Production),
                ..Settings::default()
            }),
            "there is no master key: set POOLHOUSE_MASTER_KEY or master_key_file"
        );
    }
}
