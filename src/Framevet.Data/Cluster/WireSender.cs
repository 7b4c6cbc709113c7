using System.Globalization;
using System.Threading.Channels;
using Framevet.Data.Engines;
using Npgsql;

namespace Framevet.Data.Cluster;

/// <summary>What waits to be told, and the telling: many notes in one statement, so that a busy worker costs a round trip now and then and not one for each. Thread-safe.</summary>
internal sealed class WireSender(NpgsqlConnectionStringBuilder server, string node)
{
    public const string Channel = "framevet_news";

    private const int Waiting = 20_000;
    private const int Together = 200;

    /// <summary>Notes older than this are dropped; who was away for longer has to read the store anyway.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(10);

    private static readonly string Tell = string.Create(CultureInfo.InvariantCulture, $"""
        WITH added AS (
            INSERT INTO "ClusterNews" ("At", "Node", "Topic", "Body")
            SELECT {PostgresDialect.Instance.Now(TimeProvider.System)}, @node, t, b FROM unnest(@topics, @bodies) WITH ORDINALITY AS n(t, b, i) ORDER BY i
            RETURNING "Seq", "Topic", "Body")
        SELECT count(pg_notify('{Channel}', "Seq" || '|' || @node || '|' || "Topic" || '|' || CASE WHEN octet_length("Body") <= {WireNote.MaxBody} THEN "Body" ELSE '' END)) FROM (SELECT * FROM added ORDER BY "Seq") a
        """);

    private const string TellLoosely = $"SELECT count(pg_notify('{Channel}', '0|' || @node || '|' || t || '|' || b)) FROM unnest(@topics, @bodies) AS n(t, b)";

    private readonly Channel<(bool IsKept, string Topic, string Body)> _waiting =
        System.Threading.Channels.Channel.CreateBounded<(bool, string, string)>(new BoundedChannelOptions(Waiting) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    private readonly List<(bool IsKept, string Topic, string Body)> _unsent = [];

    public void Add(bool isKept, string topic, string body) => _waiting.Writer.TryWrite((isKept, topic, body));

    /// <summary>Sends until cancelled. Throws what the database says; what was taken but not told is put to the side and told by the next call.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        while (await _waiting.Reader.WaitToReadAsync(ct).ConfigureAwait(false))
        {
            while (_unsent.Count < Together && _waiting.Reader.TryRead(out var note))
            {
                _unsent.Add(note);
            }

            await SendAsync(ct).ConfigureAwait(false);
        }
    }

    /// <summary>Drops what nobody needs any more.</summary>
    public async Task TrimAsync(CancellationToken ct)
    {
        using var command = NewCommand(string.Create(CultureInfo.InvariantCulture, $"""DELETE FROM "ClusterNews" WHERE "At" < {PostgresDialect.Instance.Now(TimeProvider.System)} - {Kept.Ticks}"""));
        await RunAsync(command, ct).ConfigureAwait(false);
    }

    private async Task SendAsync(CancellationToken ct)
    {
        foreach (var isKept in (bool[])[true, false])
        {
            var notes = _unsent.Where(n => n.IsKept == isKept).ToArray();
            if (notes.Length > 0)
            {
                await SendAsync(isKept ? Tell : TellLoosely, notes, ct).ConfigureAwait(false);
                _unsent.RemoveAll(n => n.IsKept == isKept);
            }
        }
    }

    private async Task SendAsync(string sql, (bool IsKept, string Topic, string Body)[] notes, CancellationToken ct)
    {
        using var command = NewCommand(sql);
        command.Parameters.AddWithValue("@node", node);
        command.Parameters.AddWithValue("@topics", notes.Select(n => n.Topic).ToArray());
        command.Parameters.AddWithValue("@bodies", notes.Select(n => n.Body).ToArray());
        await RunAsync(command, ct).ConfigureAwait(false);
    }

    private static NpgsqlCommand NewCommand(string sql)
    {
#pragma warning disable CA2100 // Constants of this class.
        return new NpgsqlCommand(sql);
#pragma warning restore CA2100
    }

    private async Task RunAsync(NpgsqlCommand command, CancellationToken ct)
    {
        var connection = new NpgsqlConnection(server.ToString());
        await using (connection.ConfigureAwait(false))
        {
            await connection.OpenAsync(ct).ConfigureAwait(false);
            command.Connection = connection;
            await command.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
        }
    }
}
