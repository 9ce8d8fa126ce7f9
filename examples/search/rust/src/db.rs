//! The full-text index: SQLite's FTS5, on threads of its own.
//!
//! SQLite blocks, so each connection lives on a thread and is lent to closures one after the
//! other. The index keeps its rows in the order in which it is given them and answers in that
//! order, which lets a query stop as soon as it has enough.

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use bactrian::{FromOCaml, ToOCaml};
use rusqlite::{Connection, OpenFlags, OptionalExtension, params};
use tokio::sync::oneshot;

/// What the index shows of an entry.
#[derive(Debug, Clone, Default, PartialEq, Eq, FromOCaml, ToOCaml)]
#[ocaml(type = "Search_core.Catalogue.hit")]
pub struct Hit {
    /// The modules around it, with dots.
    pub path: String,
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: String,
    /// Its signature.
    pub signature: String,
    /// The beginning of its documentation.
    pub synopsis: String,
    /// Where it is from.
    pub file: String,
    /// Where in the file.
    pub line: i64,
}

/// A row of the index: what is shown, then what is only searched.
#[derive(Debug, Clone, Default, FromOCaml, ToOCaml)]
#[ocaml(type = "Search_core.Catalogue.row")]
pub struct Row {
    /// What is shown.
    pub hit: Hit,
    /// All of its documentation.
    pub doc: String,
    /// Made-up words that are only searched.
    pub tokens: String,
}

type Job = Box<dyn FnOnce(&mut Connection) + Send>;

/// A connection on its thread.
struct Worker {
    jobs: mpsc::Sender<Job>,
    waiting: AtomicUsize,
}

/// An open index.
pub struct Store {
    workers: Vec<Worker>,
}

/// Marks a database file as ours: "BACT".
const APPLICATION_ID: i32 = 0x4241_4354;
/// Changes with the tables below.
const VERSION: i32 = 1;

const TABLES: &str = "
    DROP TABLE IF EXISTS meta;
    DROP TABLE IF EXISTS entries;
    DROP TABLE IF EXISTS words;
    CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE entries (
        id INTEGER PRIMARY KEY, path TEXT, name TEXT, kind TEXT, signature TEXT,
        synopsis TEXT, file TEXT, line INTEGER);
    CREATE VIRTUAL TABLE words USING fts5 (
        tokens, path, name, signature, doc,
        content = '', columnsize = 0, tokenize = \"unicode61 tokenchars '_'\");
";

impl Store {
    /// Opens the index in a file, or one in memory, with this many connections.
    ///
    /// # Errors
    ///
    /// If the file cannot be opened or made, or is not an index of ours.
    pub fn open(path: Option<PathBuf>, connections: usize) -> Result<Store, String> {
        let target = Target::new(path);
        let mut first = target.connect()?;
        target.check(&mut first)?;
        let mut connections_made = vec![first];
        for _ in 1..connections {
            connections_made.push(target.connect()?);
        }
        let workers = connections_made.into_iter().map(Worker::start).collect::<Result<_, _>>()?;
        Ok(Store { workers })
    }

    /// Runs a closure on the connection that has the least to do.
    ///
    /// # Errors
    ///
    /// What the closure gives, in words; or that it panicked.
    pub async fn run<R, F>(&self, job: F) -> Result<R, String>
    where
        R: Send + 'static,
        F: FnOnce(&mut Connection) -> rusqlite::Result<R> + Send + 'static,
    {
        let least = self.workers.iter().min_by_key(|worker| worker.waiting.load(Ordering::Relaxed));
        least.ok_or("the index has no connection")?.run(job).await
    }

    /// Runs a closure on the first connection: a transaction must stay on one.
    async fn run_on_first<R, F>(&self, job: F) -> Result<R, String>
    where
        R: Send + 'static,
        F: FnOnce(&mut Connection) -> rusqlite::Result<R> + Send + 'static,
    {
        self.workers.first().ok_or("the index has no connection")?.run(job).await
    }

    /// What was kept under a key with the index; `None` if nothing, or if there is no index yet.
    ///
    /// # Errors
    ///
    /// If the database cannot be read.
    pub async fn meta(&self, key: String) -> Result<Option<String>, String> {
        self.run(move |db| {
            if !has_tables(db)? {
                return Ok(None);
            }
            db.query_row("SELECT value FROM meta WHERE key = ?", [key], |row| row.get(0)).optional()
        })
        .await
    }

    /// Begins a new index, in place of what was there. Nothing of it is seen before
    /// [`Store::finish`], and the old one stays if that is never called.
    ///
    /// # Errors
    ///
    /// If the database cannot be written.
    pub async fn begin(&self) -> Result<(), String> {
        self.run_on_first(|db| {
            if !db.is_autocommit() {
                db.execute_batch("ROLLBACK")?;
            }
            db.execute_batch("BEGIN IMMEDIATE")?;
            db.execute_batch(TABLES)?;
            db.pragma_update(None, "application_id", APPLICATION_ID)?;
            db.pragma_update(None, "user_version", VERSION)
        })
        .await
    }

    /// Adds rows, after all that were added before.
    ///
    /// # Errors
    ///
    /// If the database cannot be written.
    pub async fn add(&self, rows: Vec<Row>) -> Result<(), String> {
        self.run_on_first(move |db| rows.iter().try_for_each(|row| insert(db, row))).await
    }

    /// Ends what [`Store::begin`] began and keeps some texts, by key, with the index.
    ///
    /// # Errors
    ///
    /// If the database cannot be written.
    pub async fn finish(&self, meta: Vec<(String, String)>) -> Result<(), String> {
        self.run_on_first(move |db| {
            for (key, value) in &meta {
                db.execute("INSERT INTO meta VALUES (?, ?)", [key, value])?;
            }
            db.execute_batch("INSERT INTO words (words) VALUES ('optimize'); COMMIT")
        })
        .await
    }

    /// What these expressions find, each of which finds all that the one before it does: if
    /// that is more than `limit` rows, those of the first expressions, and of each expression the
    /// first rows.
    ///
    /// # Errors
    ///
    /// If an expression is not FTS5's, or the database cannot be read.
    pub async fn query(&self, stages: Vec<String>, limit: usize) -> Result<Vec<Hit>, String> {
        self.run(move |db| hits(db, &stages, limit)).await
    }
}

impl Worker {
    fn start(mut connection: Connection) -> Result<Worker, String> {
        let (jobs, queue) = mpsc::channel::<Job>();
        thread::Builder::new()
            .name("search-sqlite".into())
            .spawn(move || {
                while let Ok(job) = queue.recv() {
                    job(&mut connection);
                }
            })
            .map_err(|error| format!("cannot start a thread for the index: {error}"))?;
        Ok(Worker { jobs, waiting: AtomicUsize::new(0) })
    }

    async fn run<R, F>(&self, job: F) -> Result<R, String>
    where
        R: Send + 'static,
        F: FnOnce(&mut Connection) -> rusqlite::Result<R> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let guarded = move |db: &mut Connection| {
            let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| job(db)));
            if let Ok(result) = result {
                // Nobody waits for the answer any more: then nobody misses it.
                let _ = reply.send(result);
            }
        };
        self.waiting.fetch_add(1, Ordering::Relaxed);
        let _waiting = Waiting(&self.waiting);
        self.jobs.send(Box::new(guarded)).map_err(|_| "the index is closed".to_owned())?;
        match answer.await {
            Ok(result) => result.map_err(|error| format!("SQLite: {error}")),
            Err(_) => Err("a job for the index panicked".to_owned()),
        }
    }
}

/// Counts down when a job is answered, or given up.
struct Waiting<'a>(&'a AtomicUsize);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// What to connect to.
struct Target {
    /// For messages.
    shown: String,
    /// For SQLite.
    uri: PathBuf,
    in_memory: bool,
}

impl Target {
    fn new(path: Option<PathBuf>) -> Target {
        static UNIQUE: AtomicUsize = AtomicUsize::new(0);
        match path {
            Some(path) => Target { shown: path.display().to_string(), uri: path, in_memory: false },
            None => {
                // SQLite shares a database in memory between connections by its name.
                let number = UNIQUE.fetch_add(1, Ordering::Relaxed);
                let uri = format!("file:/bactrian-search-{number}?vfs=memdb");
                Target { shown: "memory".into(), uri: uri.into(), in_memory: true }
            }
        }
    }

    fn connect(&self) -> Result<Connection, String> {
        self.try_connect().map_err(|error| self.explain(&error))
    }

    fn try_connect(&self) -> rusqlite::Result<Connection> {
        let mut flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        flags.set(OpenFlags::SQLITE_OPEN_URI, self.in_memory);
        let connection = Connection::open_with_flags(&self.uri, flags)?;
        connection.busy_timeout(std::time::Duration::from_secs(5))?;
        connection.pragma_update(None, "cache_size", -2048)?;
        connection.pragma_update(None, "mmap_size", 256 << 20)?;
        connection.set_prepared_statement_cache_capacity(16);
        Ok(connection)
    }

    /// An empty database is as good as ours; one with other tables is somebody's.
    fn check(&self, db: &mut Connection) -> Result<(), String> {
        let look = |db: &Connection| -> rusqlite::Result<(i64, i32)> {
            let tables = db.query_row("SELECT count(*) FROM sqlite_master", [], |r| r.get(0))?;
            let id = db.pragma_query_value(None, "application_id", |r| r.get(0))?;
            Ok((tables, id))
        };
        let (tables, id) = look(db).map_err(|error| self.explain(&error))?;
        if tables > 0 && id != APPLICATION_ID {
            return Err(format!("{} is a database of another program", self.shown));
        }
        Ok(())
    }

    fn explain(&self, error: &rusqlite::Error) -> String {
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::NotADatabase) => {
                format!("{} is not a SQLite database", self.shown)
            }
            _ => format!("cannot open the database {}: {error}", self.shown),
        }
    }
}

fn has_tables(db: &Connection) -> rusqlite::Result<bool> {
    let version: i32 = db.pragma_query_value(None, "user_version", |row| row.get(0))?;
    Ok(version == VERSION)
}

fn insert(db: &Connection, row: &Row) -> rusqlite::Result<()> {
    let hit = &row.hit;
    db.prepare_cached(
        "INSERT INTO entries (path, name, kind, signature, synopsis, file, line)
         VALUES (?, ?, ?, ?, ?, ?, ?)",
    )?
    .execute(params![
        hit.path,
        hit.name,
        hit.kind,
        hit.signature,
        hit.synopsis,
        hit.file,
        hit.line
    ])?;
    db.prepare_cached(
        "INSERT INTO words (rowid, tokens, path, name, signature, doc) VALUES (?, ?, ?, ?, ?, ?)",
    )?
    .execute(params![
        db.last_insert_rowid(),
        row.tokens,
        hit.path,
        hit.name,
        hit.signature,
        row.doc
    ])?;
    Ok(())
}

fn hits(db: &mut Connection, stages: &[String], limit: usize) -> rusqlite::Result<Vec<Hit>> {
    // One transaction, so that the file is locked once.
    let db = db.transaction()?;
    // Rows come in order, and only as many are looked for as are taken. With LIMIT, SQLite
    // would prepare the statement anew for each limit.
    let mut matching = db.prepare_cached("SELECT rowid FROM words WHERE words MATCH ?")?;
    let mut search = |stage: &String, ids: &mut Vec<i64>| -> rusqlite::Result<()> {
        let mut rows = matching.query([stage])?;
        while ids.len() < limit {
            let Some(row) = rows.next()? else { break };
            let id = row.get(0)?;
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        Ok(())
    };
    let mut ids = Vec::with_capacity(limit);
    if let Some((all, better)) = stages.split_last() {
        // Mostly this finds few, and then it was the only search.
        search(all, &mut ids)?;
        if ids.len() == limit && !better.is_empty() {
            ids.clear();
            stages.iter().try_for_each(|stage| search(stage, &mut ids))?;
        }
    }
    let mut shown = db.prepare_cached(
        "SELECT path, name, kind, signature, synopsis, file, line FROM entries WHERE id = ?",
    )?;
    let read = |row: &rusqlite::Row<'_>| {
        Ok(Hit {
            path: row.get(0)?,
            name: row.get(1)?,
            kind: row.get(2)?,
            signature: row.get(3)?,
            synopsis: row.get(4)?,
            file: row.get(5)?,
            line: row.get(6)?,
        })
    };
    ids.iter().map(|id| shown.query_row([id], read)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block_on<F: Future>(future: F) -> F::Output {
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
    }

    fn row(path: &str, name: &str, doc: &str) -> Row {
        let hit = Hit {
            path: path.into(),
            name: name.into(),
            signature: format!("val {name} : int"),
            ..Hit::default()
        };
        Row { hit, doc: doc.into(), tokens: format!("x{name}") }
    }

    async fn fill(store: &Store) {
        store.begin().await.unwrap();
        let rows = vec![
            row("List", "map", "applies a function"),
            row("List", "fold_left", "maps nothing"),
        ];
        store.add(rows).await.unwrap();
        store.add(vec![row("Array", "map", "also applies")]).await.unwrap();
        store.finish(vec![("state".into(), "1".into())]).await.unwrap();
    }

    fn names(hits: &[Hit]) -> Vec<String> {
        hits.iter().map(|hit| format!("{}.{}", hit.path, hit.name)).collect()
    }

    #[test]
    fn all_is_found_or_the_best_of_it() {
        let store = Store::open(None, 2).unwrap();
        block_on(async {
            fill(&store).await;
            let stages = vec!["xfold_left".into(), "\"map\" * OR \"maps\"".into()];
            let hits = store.query(stages.clone(), 10).await.unwrap();
            assert_eq!(names(&hits), ["List.map", "List.fold_left", "Array.map"]);
            let hits = store.query(stages.clone(), 2).await.unwrap();
            assert_eq!(names(&hits), ["List.fold_left", "List.map"]);
            assert_eq!(store.query(stages, 0).await.unwrap(), []);
            assert_eq!(store.query(vec![], 10).await.unwrap(), []);
        });
    }

    #[test]
    fn all_connections_see_one_memory() {
        let store = Store::open(None, 3).unwrap();
        block_on(async {
            fill(&store).await;
            for worker in &store.workers {
                let hits = worker.run(|db| hits(db, &["map".into()], 10)).await.unwrap();
                assert_eq!(hits.len(), 2);
            }
        });
    }

    #[test]
    fn a_bad_expression_and_a_panic_are_errors_and_the_store_goes_on() {
        let store = Store::open(None, 1).unwrap();
        block_on(async {
            fill(&store).await;
            let error = store.query(vec!["\"open".into()], 10).await.unwrap_err();
            assert!(error.starts_with("SQLite: "), "{error}");
            let error = store.run(|_| -> rusqlite::Result<()> { panic!("on purpose") }).await;
            assert_eq!(error, Err("a job for the index panicked".into()));
            assert_eq!(store.query(vec!["map".into()], 10).await.unwrap().len(), 2);
        });
    }

    #[test]
    fn a_file_keeps_what_was_finished_and_nothing_else() {
        let folder = std::env::temp_dir().join(format!("bactrian-search-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join("index.db");
        block_on(async {
            let store = Store::open(Some(path.clone()), 2).unwrap();
            assert_eq!(store.meta("state".into()).await, Ok(None));
            fill(&store).await;
            drop(store);
            let store = Store::open(Some(path.clone()), 2).unwrap();
            assert_eq!(store.meta("state".into()).await, Ok(Some("1".into())));
            store.begin().await.unwrap();
            drop(store);
            // The thread of the dropped store may take a moment to close its connection.
            let store = Store::open(Some(path.clone()), 2).unwrap();
            assert_eq!(store.query(vec!["map".into()], 10).await.unwrap().len(), 2);
        });
        // The threads of dropped stores close their connections, and delete SQLite's own files beside the database, in
        // their own time: what follows has databases of its own.
        let path = folder.join("text.db");
        std::fs::write(&path, "This is not a database, but it is long enough.").unwrap();
        let error = Store::open(Some(path.clone()), 1).err().unwrap();
        assert!(error.ends_with("is not a SQLite database"), "{error}");
        let path = folder.join("theirs.db");
        let other = Connection::open(&path).unwrap();
        other.execute_batch("CREATE TABLE theirs (x)").unwrap();
        let error = Store::open(Some(path), 1).err().unwrap();
        assert!(error.ends_with("is a database of another program"), "{error}");
        let _ = std::fs::remove_dir_all(&folder);
    }
}
