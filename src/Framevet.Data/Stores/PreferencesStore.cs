using System.Collections.Immutable;
using Framevet.Data.Tables;
using Microsoft.EntityFrameworkCore;

namespace Framevet.Data.Stores;

/// <summary>What people chose for themselves. Thread-safe.</summary>
public sealed class PreferencesStore
{
    private readonly IDbContextFactory<FramevetDb> _contexts;
    private readonly WriteGate _gate;

    internal PreferencesStore(IDbContextFactory<FramevetDb> contexts, WriteGate gate)
    {
        (_contexts, _gate) = (contexts, gate);
    }

    /// <summary>The user's choices; the empty ones when there are none.</summary>
    public async Task<ReviewerPreferences> GetAsync(string userId, CancellationToken ct)
    {
        var db = await _contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            return await db.UserPreferences.AsNoTracking().SingleOrDefaultAsync(p => p.UserId == userId, ct).ConfigureAwait(false) is { } row
                ? RowJson.Read<ReviewerPreferences>(row.Preferences)
                : new ReviewerPreferences();
        }
    }

    /// <summary>Puts a queue first for the user, or no longer.</summary>
    public Task StarAsync(string userId, string queue, bool isStarred, CancellationToken ct) => _gate.WriteAsync(
        async (scope, token) =>
        {
            var own = await scope.Db.UserPreferences.AsNoTracking().SingleOrDefaultAsync(p => p.UserId == userId, token).ConfigureAwait(false) is { } row
                ? RowJson.Read<ReviewerPreferences>(row.Preferences) : new ReviewerPreferences();
            await WriteAsync(scope, userId, own with { Stars = isStarred ? own.Stars.Add(queue) : own.Stars.Remove(queue) }, token).ConfigureAwait(false);
        },
        ct);

    /// <summary>Replaces the user's choices.</summary>
    public Task SaveAsync(string userId, ReviewerPreferences preferences, CancellationToken ct) =>
        _gate.WriteAsync((scope, token) => WriteAsync(scope, userId, preferences, token), ct);

    private static Task<int> WriteAsync(WriteScope scope, string userId, ReviewerPreferences preferences, CancellationToken ct) => scope.Command("""
        INSERT INTO "UserPreferences" ("UserId", "Preferences") VALUES (@user, @preferences) ON CONFLICT ("UserId") DO UPDATE SET "Preferences" = @preferences
        """).With("@user", userId).With("@preferences", RowJson.Write(preferences)).ExecuteNonQueryAsync(ct);
}

/// <summary>
/// A person's own choices; null = the organisation's. <see cref="Keys"/>: other keys for shortcuts, by the shortcut's id; an empty text switches one off.
/// </summary>
public sealed record ReviewerPreferences
{
    /// <summary>Strength of the blur, 0..100.</summary>
    public int? BlurStrength { get; init; }

    /// <summary>Whether pictures in doubt are grey until revealed.</summary>
    public bool? IsGrey { get; init; }

    /// <summary>Queues that come first in the list of queues.</summary>
    public ImmutableSortedSet<string> Stars { get; init; } = [];

    /// <summary>Changed keys.</summary>
    public ImmutableSortedDictionary<string, string> Keys { get; init; } = ImmutableSortedDictionary<string, string>.Empty;
}
