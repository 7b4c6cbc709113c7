using System.Globalization;
using Microsoft.EntityFrameworkCore;

namespace Framevet.Data.Stores;

/// <summary>The clock that counts for leases.</summary>
internal static class DatabaseClock
{
    /// <summary>The moment, as <see cref="Engines.SqlDialect.Now"/> says it.</summary>
    public static async Task<DateTimeOffset> NowAsync(this FramevetDb db, TimeProvider clock, CancellationToken ct) =>
#pragma warning disable EF1002 // The dialect's own words.
        new((await db.Database.SqlQueryRaw<long>(string.Create(CultureInfo.InvariantCulture, $"SELECT {db.Dialect.Now(clock)} AS \"Value\"")).ToListAsync(ct).ConfigureAwait(false)).Single(), TimeSpan.Zero);
#pragma warning restore EF1002
}
