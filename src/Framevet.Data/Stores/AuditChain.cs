using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Framevet.Data.Tables;
using Microsoft.EntityFrameworkCore;

namespace Framevet.Data.Stores;

/// <summary>
/// The hash chain over the audit trail. The hash of a row is SHA-256 over the hash before it and a JSON array of all its columns (an array,
/// so that moving a character from one column to the next changes it). Checking finds a changed, inserted or removed row; it cannot know of
/// somebody who rewrote the whole chain from a point on, so whoever needs that keeps a copy of a hash elsewhere. Thread-safe.
/// </summary>
public sealed class AuditChain(IDbContextFactory<FramevetDb> contexts)
{
    /// <summary>What stands before the first row.</summary>
    internal const string Start = "0000000000000000000000000000000000000000000000000000000000000000";

    /// <summary>Reads the whole trail, oldest first, and stops at the first row that does not fit.</summary>
    public async Task<AuditCheck> VerifyAsync(CancellationToken ct)
    {
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            // Read before the rows: a row appended meanwhile is then more than expected, never less.
            var highest = (await db.Database.SqlQueryRaw<long>(db.Dialect.AuditHeight).ToListAsync(ct).ConfigureAwait(false))
                .FirstOrDefault();
            var hash = Start;
            long count = 0;
            await foreach (var row in db.Audit.AsNoTracking().OrderBy(a => a.Id).AsAsyncEnumerable().WithCancellation(ct).ConfigureAwait(false))
            {
                if (row.Id != count + 1)
                {
                    return new AuditCheck(count, count + 1, $"Entry #{count + 1} is missing.", hash);
                }

                if (HashOf(hash, row) != row.Hash)
                {
                    return new AuditCheck(count, row.Id, $"Entry #{row.Id} is not what was written.", hash);
                }

                hash = row.Hash;
                count++;
            }

            return count < highest
                ? new AuditCheck(count, count + 1, $"Entry #{count + 1} is missing.", hash)
                : new AuditCheck(count, null, null, hash);
        }
    }

    internal static string HashOf(string previous, AuditTable row)
    {
        // Plain settings on purpose: a change of the common ones must not make old rows look changed.
        var content = JsonSerializer.Serialize(new object?[] { row.Id, row.At.UtcTicks, row.ActorId, row.ActorName, row.Action, row.Subject, row.Before, row.After });
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(previous + content)));
    }
}

/// <summary>
/// Outcome of a check. <paramref name="Verified"/>: rows from the beginning that fit; <paramref name="BrokenAt"/>: number of the first that does
/// not, null when all do; <paramref name="LastHash"/>: hash of the last row that fits, worth keeping elsewhere.
/// </summary>
public sealed record AuditCheck(long Verified, long? BrokenAt, string? Problem, string LastHash);
