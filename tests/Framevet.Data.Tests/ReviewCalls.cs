using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Review;
using Framevet.Pipeline.Runs;

namespace Framevet.Data.Tests;

/// <summary>What tests of the review queue do with it.</summary>
internal static class ReviewCalls
{
    /// <summary>How long a claim holds.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromMinutes(10);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>The account that preferences belong to.</summary>
    public static Task<int> AddUserAsync(TestDatabase database) => database.ExecuteAsync("""
        INSERT INTO "Users" ("Id", "DisplayName", "IsActive", "CreatedAt", "EmailConfirmed", "PhoneNumberConfirmed", "TwoFactorEnabled", "LockoutEnabled", "AccessFailedCount") VALUES ('ann', '', TRUE, 0, FALSE, FALSE, FALSE, FALSE, 0)
        """, Ct);

    /// <summary>What a person asks the queue for.</summary>
    public static ClaimWish Wish(TestDatabase database, string person) => new(Make.Person(person), database.Clock.Now, Lease);

    /// <summary>An item of a run of its own.</summary>
    public static async Task<ReviewItem> AddAsync(TestDatabase database, string queue, ReviewSeverity severity, RunState state = RunState.AwaitingReview)
    {
        var run = Make.Run(database.Clock.Now, state: state);
        await database.Get<IRunStore>().AddAsync(run, Ct);
        database.Clock.Advance(TimeSpan.FromTicks(1));
        return await database.Get<IReviewQueue>().AddAsync(Make.Item(run.Id, database.Clock.Now, 0) with { Queue = queue, Severity = severity, TopLabel = queue }, Ct);
    }

    /// <summary>Claims an item; the token.</summary>
    public static async Task<long> ClaimAsync(IReviewQueue queue, ManualClock clock, ReviewItem item, string person) =>
        (await queue.TryClaimAsync(item.Id, Make.Person(person), clock.Now, Lease, Ct)).ShouldNotBeNull().Claim!.Token;

    /// <summary>Claims an item and puts it aside.</summary>
    public static async Task<bool> ParkAsync(IReviewQueue queue, ManualClock clock, ReviewItem item, Parking parking) =>
        await queue.TryParkAsync(item.Id, await ClaimAsync(queue, clock, item, "someone"), parking, clock.Now, Ct);

    /// <summary>Takes back a word of the last ten seconds.</summary>
    public static Task<ReviewItem?> UndoAsync(IReviewQueue queue, ManualClock clock, ReviewItem item, string person) =>
        queue.TryUndoAsync(item.Id, Make.Person(person), clock.Now - TimeSpan.FromSeconds(10), clock.Now, Lease, Ct);

    /// <summary>Claims, decides and settles.</summary>
    public static async Task DecideAsync(TestDatabase database, ReviewItem item, string person, Decision decision)
    {
        var (queue, clock) = (database.Get<IReviewQueue>(), database.Clock);
        var token = await ClaimAsync(queue, clock, item, person);
        (await queue.TryDecideAsync(item.Id, token, Make.Word(decision, clock.Now, person), Make.Final(clock.Now), clock.Now, Ct)).ShouldBeTrue();
        await queue.SettleAsync(item.Id, clock.Now, Ct);
    }
}
