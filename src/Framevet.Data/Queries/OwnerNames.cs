using Framevet.Pipeline.Runs;
using Microsoft.EntityFrameworkCore;

namespace Framevet.Data.Queries;

/// <summary>Names of accounts as pages show them.</summary>
internal static class OwnerNames
{
    /// <summary>Names of some accounts by id.</summary>
    public static async Task<Dictionary<string, string>> ReadAsync(FramevetDb db, IEnumerable<string> ids, CancellationToken ct)
    {
        var wanted = ids.Distinct(StringComparer.Ordinal).ToArray();
        return (await db.Users.AsNoTracking().Where(u => EF.Parameter(wanted).Contains(u.Id)).Select(u => new { u.Id, u.DisplayName, u.UserName }).ToListAsync(ct).ConfigureAwait(false))
            .ToDictionary(u => u.Id, u => u.DisplayName.Length > 0 ? u.DisplayName : u.UserName ?? u.Id, StringComparer.Ordinal);
    }

    /// <summary>The name, the system's own, or the id of an account that is gone.</summary>
    public static string Of(this Dictionary<string, string> names, string id) =>
        names.TryGetValue(id, out var name) ? name : id == Actor.System.Id ? Actor.System.Name : id;
}
