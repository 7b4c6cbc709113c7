using Framevet.Data.Queries;
using Framevet.Data.Stores;
using Framevet.Pipeline.Runs;

namespace Framevet.Data.Tests;

public class AuditSpecs
{
    private static readonly Actor Ann = new("1", "Ann", Rights.Administer);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Entries_appended_at_once_make_one_whole_chain()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var trail = database.Get<IAuditTrail>();

        await Task.WhenAll(Enumerable.Range(0, 50).Select(i => Task.Run(() => trail.AppendAsync(Ann, "review.decide", $"item/{i}", null, "{}", Ct), Ct)));

        var check = await database.Get<AuditChain>().VerifyAsync(Ct);
        (check.Verified, check.BrokenAt).ShouldBe((50L, null));
        (await database.Get<AuditQuery>().PageAsync(new AuditFilter(), 0, 100, Ct)).Rows.Select(r => r.Id).ShouldBe(Enumerable.Range(1, 50).Reverse().Select(i => (long)i));
    }

    [Fact]
    public async Task An_empty_trail_is_whole()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);

        (await database.Get<AuditChain>().VerifyAsync(Ct)).BrokenAt.ShouldBeNull();
    }

    [Theory]
    [InlineData("""UPDATE "Audit" SET "After" = '{"x":2}' WHERE "Id" = 3""")]
    [InlineData("""UPDATE "Audit" SET "At" = "At" + 1 WHERE "Id" = 3""")]
    [InlineData("""UPDATE "Audit" SET "ActorName" = 'Bob' WHERE "Id" = 3""")]
    [InlineData("""UPDATE "Audit" SET "Action" = 'a', "Subject" = 'bc' WHERE "Id" = 3""")]
    [InlineData("""UPDATE "Audit" SET "Before" = '' WHERE "Id" = 3""")]
    [InlineData("""DELETE FROM "Audit" WHERE "Id" = 3""")]
    [InlineData("""DELETE FROM "Audit" WHERE "Id" > 2""")]
    [InlineData("""UPDATE "Audit" SET "Id" = 99 WHERE "Id" = 3""")]
    public async Task The_check_names_the_first_row_that_somebody_changed_past_the_triggers(string sql)
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        await AppendAsync(database, 5);
        (await database.Get<AuditChain>().VerifyAsync(Ct)).Verified.ShouldBe(5);

        var table = TestDatabase.OnServer ? """ ON "Audit" """ : "";
        await database.ExecuteAsync($"""DROP TRIGGER "AuditRefusesUpdate"{table}; DROP TRIGGER "AuditRefusesDelete"{table};""", Ct);
        (await database.ExecuteAsync(sql.Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal), Ct)).ShouldBeGreaterThan(0);

        var check = await database.Get<AuditChain>().VerifyAsync(Ct);
        (check.Verified, check.BrokenAt).ShouldBe((2L, 3L));
        check.Problem.ShouldNotBeNull().ShouldContain("#3");

        // What is written afterwards does not fill the hole.
        await AppendAsync(database, 3);
        (await database.Get<AuditChain>().VerifyAsync(Ct)).BrokenAt.ShouldBe(3);
    }

    [Theory]
    [InlineData("""UPDATE "Audit" SET "ActorName" = 'Bob'""")]
    [InlineData("""DELETE FROM "Audit" """)]
    public async Task The_database_itself_refuses_to_change_the_trail(string sql)
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        await AppendAsync(database, 1);

        (await Should.ThrowAsync<System.Data.Common.DbException>(() => database.ExecuteAsync(sql, Ct))).Message.ShouldContain("append-only");
        (await database.Get<AuditChain>().VerifyAsync(Ct)).Verified.ShouldBe(1);
    }

    [Fact]
    public async Task Filters_narrow_by_actor_action_subject_and_time()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var (trail, query, clock) = (database.Get<IAuditTrail>(), database.Get<AuditQuery>(), database.Clock);
        await trail.AppendAsync(Ann, "review.claim", "item/1", null, null, Ct);
        clock.Advance(TimeSpan.FromHours(1));
        await trail.AppendAsync(Actor.System, "review.decide", "item/2", "{}", "{}", Ct);
        await trail.AppendAsync(Ann, "reviewer_add", "user/É%", null, null, Ct);

        async Task<long[]> Ids(AuditFilter filter) => [.. (await query.PageAsync(filter, 0, 10, Ct)).Rows.Select(r => r.Id)];
        (await Ids(new AuditFilter())).ShouldBe([3, 2, 1]);
        (await Ids(new AuditFilter(Actor: "ann"))).ShouldBe([3, 1]);
        (await Ids(new AuditFilter(Actor: "system"))).ShouldBe([2]);
        (await Ids(new AuditFilter(Action: "review."))).ShouldBe([2, 1]);
        (await Ids(new AuditFilter(Action: "review_"))).ShouldBeEmpty();
        (await Ids(new AuditFilter(Subject: "é%"))).ShouldBe([3]);
        (await Ids(new AuditFilter(From: clock.Now))).ShouldBe([3, 2]);
        (await Ids(new AuditFilter(To: clock.Now - TimeSpan.FromMinutes(1)))).ShouldBe([1]);
        (await query.PageAsync(new AuditFilter(), 1, 1, Ct)).ShouldSatisfyAllConditions(p => p.Total.ShouldBe(3), p => p.Rows.Single().Id.ShouldBe(2));
    }

    private static async Task AppendAsync(TestDatabase database, int count)
    {
        for (var i = 0; i < count; i++)
        {
            database.Clock.Advance(TimeSpan.FromSeconds(1));
            await database.Get<IAuditTrail>().AppendAsync(Ann, "ab", "c", null, """{"x":1}""", Ct);
        }
    }
}
