using System.Collections.Immutable;
using System.Data.Common;
using Framevet.Data.Stores;
using Framevet.Pipeline.Runs;

namespace Framevet.Data.Engines;

/// <summary>
/// All that SQLite and PostgreSQL say differently. Every other statement is one text for both: truth values are TRUE and FALSE, upserts name their conflict and their table, and text sorts by code point.
/// </summary>
internal abstract class SqlDialect
{
    /// <summary>A parameter for statements that EF runs.</summary>
    public abstract DbParameter Parameter(string name, object value);

    /// <summary>A table with the column <c>value</c>: the whole numbers of the JSON array in a parameter.</summary>
    public abstract string Numbers(string parameter);

    /// <summary>A table with the column <c>value</c>: the texts of the JSON array in a parameter.</summary>
    public abstract string Texts(string parameter);

    /// <summary>Joins a short list to a long table, so that the list is what is walked through.</summary>
    public abstract string JoinFromList { get; }

    /// <summary>A number in a column of JSON, by a name that needs no escaping; NULL when it is not there.</summary>
    public abstract string JsonNumber(string column, string name);

    /// <summary>Puts NULLs last in a falling order, where they would not come last by themselves.</summary>
    public abstract string DescendingNullsLast { get; }

    /// <summary>Ends a subselect that picks the row to change: rows that somebody else is changing are passed over.</summary>
    public abstract string SkipLocked { get; }

    /// <summary>Reads the highest number that the audit trail ever had, as <c>Value</c>; the database keeps it apart from the rows.</summary>
    public abstract string AuditHeight { get; }

    /// <summary>The moment by the clock that counts for leases, in ticks: the server's own, or this machine's where the database is a file on it.</summary>
    public abstract string Now(TimeProvider clock);

    /// <summary>A reader's view of one moment, which makes no writer wait.</summary>
    public abstract Task<DbTransaction> BeginReadAsync(DbConnection connection, CancellationToken ct);

    /// <summary>Whether a write transaction excludes every other by itself.</summary>
    public abstract bool HasOneWriter { get; }

    /// <summary>Excludes other whole writes until the transaction ends; see <see cref="WriteGate"/>.</summary>
    public abstract Task HoldAllAsync(WriteScope scope, CancellationToken ct);

    /// <summary>Excludes others who look whose turn it is, until the transaction ends.</summary>
    public abstract Task HoldTurnsAsync(WriteScope scope, CancellationToken ct);

    /// <summary>Excludes other writes to a run until the transaction ends.</summary>
    public abstract Task HoldRunAsync(WriteScope scope, RunId run, CancellationToken ct);

    /// <summary>Whether the same work may go through when it is tried again.</summary>
    public abstract bool MayRepeat(Exception trouble);

    /// <summary>Inserts frames as <see cref="FrameWrites"/> says.</summary>
    public abstract Task InsertFramesAsync(WriteScope scope, RunId run, ImmutableArray<Candidate> batch, long revision, DateTimeOffset now, CancellationToken ct);

    /// <summary>Before values are replaced that nobody may find in the files afterwards.</summary>
    public abstract Task BeforeErasingAsync(WriteScope scope, CancellationToken ct);

    /// <summary>After it, outside the transaction.</summary>
    public abstract Task AfterErasingAsync(FramevetDb db, string table, CancellationToken ct);
}
