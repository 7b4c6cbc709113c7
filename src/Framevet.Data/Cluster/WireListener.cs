using System.Runtime.CompilerServices;
using Npgsql;

namespace Framevet.Data.Cluster;

/// <summary>One connection that listens for as long as the node lives. After a cut it reads by number what was told meanwhile, so nothing that is kept is missed, and nothing comes twice.</summary>
internal sealed class WireListener(NpgsqlConnectionStringBuilder server, string node)
{
    /// <summary>Numbers are given before transactions end, so a smaller one may appear after a greater one.</summary>
    private const int Overlap = 1000;

    private readonly HashSet<long> _heard = [];
    private readonly Queue<long> _order = new();
    private long? _last;
    private long _floor;

    /// <summary>Whether it listens at this moment.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>Notes of other nodes until the connection breaks (then it throws) or the call is cancelled.</summary>
    public async IAsyncEnumerable<WireNote> ReadAsync([EnumeratorCancellation] CancellationToken ct)
    {
        var own = new NpgsqlConnectionStringBuilder(server.ToString()) { Pooling = false, KeepAlive = 5, ApplicationName = $"{server.ApplicationName} news" };
        var connection = new NpgsqlConnection(own.ToString());
        await using (connection.ConfigureAwait(false))
        {
            await connection.OpenAsync(ct).ConfigureAwait(false);
            var arrived = new Queue<string>();
            connection.Notification += (_, told) => arrived.Enqueue(told.Payload);
            using (var listen = new NpgsqlCommand($"LISTEN {WireSender.Channel}", connection))
            {
                await listen.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
            }

            foreach (var missed in await MissedAsync(connection, ct).ConfigureAwait(false))
            {
                yield return missed;
            }

            IsOpen = true;
            try
            {
                while (true)
                {
                    while (arrived.TryDequeue(out var payload))
                    {
                        if (WireNote.Read(payload) is { } note && note.Node != node && IsNew(note.Seq))
                        {
                            yield return note.Body.Length == 0 && note.Seq > 0 ? note with { Body = await BodyAsync(connection, note.Seq, ct).ConfigureAwait(false) } : note;
                        }
                    }

                    await connection.WaitAsync(ct).ConfigureAwait(false);
                }
            }
            finally
            {
                IsOpen = false;
            }
        }
    }

    private async Task<List<WireNote>> MissedAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        var missed = new List<WireNote>();
        if (_last is not { } last)
        {
            // A new node has missed nothing: it reads the store.
            using var highest = new NpgsqlCommand("""SELECT COALESCE(max("Seq"), 0) FROM "ClusterNews" """, connection);
            _floor = (long)(await highest.ExecuteScalarAsync(ct).ConfigureAwait(false))!;
            _last = _floor;
            return missed;
        }

        using var since = new NpgsqlCommand("""SELECT "Seq", "Node", "Topic", "Body" FROM "ClusterNews" WHERE "Seq" > @from ORDER BY "Seq" """, connection);
        since.Parameters.AddWithValue("@from", Math.Max(last - Overlap, _floor));
        using var reader = await since.ExecuteReaderAsync(ct).ConfigureAwait(false);
        while (await reader.ReadAsync(ct).ConfigureAwait(false))
        {
            var note = new WireNote(reader.GetInt64(0), reader.GetString(1), reader.GetString(2), reader.GetString(3));
            if (IsNew(note.Seq) && note.Node != node)
            {
                missed.Add(note);
            }
        }

        return missed;
    }

    private bool IsNew(long seq)
    {
        if (seq == 0)
        {
            return true;
        }

        if (!_heard.Add(seq))
        {
            return false;
        }

        _last = Math.Max(_last ?? 0, seq);
        _order.Enqueue(seq);
        if (_order.Count > 4 * Overlap)
        {
            var old = _order.Dequeue();
            _heard.Remove(old);
            _floor = Math.Max(_floor, old);
        }

        return true;
    }

    private static async Task<string> BodyAsync(NpgsqlConnection connection, long seq, CancellationToken ct)
    {
        using var body = new NpgsqlCommand("""SELECT "Body" FROM "ClusterNews" WHERE "Seq" = @seq""", connection);
        body.Parameters.AddWithValue("@seq", seq);
        return await body.ExecuteScalarAsync(ct).ConfigureAwait(false) as string ?? "";
    }
}
