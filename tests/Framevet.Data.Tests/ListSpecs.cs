using Framevet.Data.Queries;
using Framevet.Data.Tables;
using Framevet.Pipeline.Export;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Selection;
using Microsoft.AspNetCore.Identity;

namespace Framevet.Data.Tests;

/// <summary>Lists of runs and of accounts.</summary>
public class ListSpecs
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_export_that_a_run_made_by_itself_shows_its_owner_by_name()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var owner = await AddUserAsync(database, "ann", "Ann Other");
        var run = Make.Run(database.Clock.Now, owner: owner);
        await database.Get<IRunStore>().AddAsync(run, Ct);
        await database.Get<IExportStore>().AddAsync(new ExportOrder(Guid.CreateVersion7(), run.Id, ExportState.Queued, 1, owner, owner, database.Clock.Now, null, null, null, null, null, null), Ct);

        (await database.Get<RunQuery>().GetAsync(run.Id, Ct)).ShouldNotBeNull().Exports.Single().OwnerName.ShouldBe("Ann Other");
    }

    [Fact]
    public async Task Runs_are_found_by_name_owner_or_id_whatever_the_case_and_newest_first()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var user = await AddUserAsync(database, "oerjan", "Ørjan");
        var runs = new List<Run>();
        foreach (var (name, owner) in ((string, string)[])[("Übung 100%.mp4", "x"), ("clip_1.mp4", user), ("clip-2.gif", Actor.System.Id)])
        {
            runs.Add(Make.Run(database.Clock.Now, name, owner));
            await database.Get<IRunStore>().AddAsync(runs[^1], Ct);
            database.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        await database.Get<IRunStore>().TryMoveAsync(runs[1].Id, RunState.Queued, RunState.Running, "", null, Ct);
        var query = database.Get<RunsQuery>();
        async Task<int[]> Found(RunsFilter filter) => [.. (await query.PageAsync(filter, 0, 10, Ct)).Rows.Select(r => runs.FindIndex(known => known.Id == r.Id))];

        (await Found(new RunsFilter())).ShouldBe([2, 1, 0]);
        (await Found(new RunsFilter(Text: "übung"))).ShouldBe([0]);
        (await Found(new RunsFilter(Text: "%"))).ShouldBe([0]);
        (await Found(new RunsFilter(Text: "_"))).ShouldBe([1]);
        (await Found(new RunsFilter(Text: " CLIP "))).ShouldBe([2, 1]);
        (await Found(new RunsFilter(Text: "øRJAN"))).ShouldBe([1]);
        (await Found(new RunsFilter(Text: "framevet"))).ShouldBe([2]);
        (await Found(new RunsFilter(Text: runs[1].Id.ToString().ToUpperInvariant()))).ShouldBe([1]);
        (await Found(new RunsFilter(Text: runs[1].Id.ToString()[..8]))).ShouldBe([2, 1, 0]);
        (await Found(new RunsFilter(Text: "'"))).ShouldBeEmpty();
        (await Found(new RunsFilter(OwnerId: user))).ShouldBe([1]);
        (await Found(new RunsFilter(States: [RunState.Queued]))).ShouldBe([2, 0]);
        (await Found(new RunsFilter(States: []))).ShouldBeEmpty();
        var page = await query.PageAsync(new RunsFilter(), 1, 1, Ct);
        (page.Total, page.Rows.Single().OwnerName).ShouldBe((3, "Ørjan"));
        (await query.CountsAsync(user, Ct)).Where(c => c.Value > 0).Select(c => (c.Key, c.Value)).ShouldBe([(RunState.Running, 1)]);
        (await query.CountsAsync(null, Ct))[RunState.Queued].ShouldBe(2);
    }

    [Fact]
    public async Task The_cover_is_the_best_pick_else_the_best_allowed_frame_else_the_first()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var (store, query) = (database.Get<IRunStore>(), database.Get<RunsQuery>());
        var run = Make.Run(database.Clock.Now, state: RunState.Running);
        await store.AddAsync(run, Ct);
        async Task<(string?, bool)> Cover() => (await query.PageAsync(new RunsFilter(), 0, 10, Ct)).Rows.Select(r => (r.CoverThumbKey, r.CoverIsAllowed)).Single();

        (await Cover()).ShouldBe((null, false));
        await store.SaveCandidatesAsync(run.Id, [Make.Candidate(1000, 0.9f, Make.Escalate), Make.Candidate(2000, 0.9f, Make.Block)], new Funnel(), Ct);
        (await Cover()).ShouldBe(("thumbs/x/1000.jpg", false));
        await store.SaveCandidatesAsync(run.Id, [Make.Candidate(3000, 0.2f), Make.Candidate(4000, 0.8f), Make.Candidate(5000, 0.95f, null, "Too dark.")], new Funnel(), Ct);
        (await Cover()).ShouldBe(("thumbs/x/4000.jpg", true));
        await store.SaveSelectionAsync(run.Id, [new Pick(Make.Candidate(3000), 1, "Diverse.")], [], new Funnel(), Ct);
        (await Cover()).ShouldBe(("thumbs/x/3000.jpg", true));
    }

    [Fact]
    public async Task A_run_page_has_the_end_of_the_log_and_the_rest_can_be_read_on()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var (store, query) = (database.Get<IRunStore>(), database.Get<RunQuery>());
        var run = Make.Run(database.Clock.Now);
        await store.AddAsync(run, Ct);
        for (var i = 0; i < 205; i++)
        {
            await store.LogAsync(run.Id, i % 2 == 0 ? RunLogLevel.Info : RunLogLevel.Warning, $"Line {i}", Ct);
        }

        var details = (await query.GetAsync(run.Id, Ct)).ShouldNotBeNull();

        details.Log.Select(l => l.Text).ShouldBe(Enumerable.Range(5, 200).Select(i => $"Line {i}"));
        (await query.LogAsync(run.Id, details.Log[^3].Id, 10, Ct)).Select(l => (l.Text, l.Level)).ShouldBe([("Line 203", RunLogLevel.Warning), ("Line 204", RunLogLevel.Info)]);
        (await query.GetAsync(RunId.New(database.Clock.Now), Ct)).ShouldBeNull();
    }

    [Fact]
    public async Task Accounts_are_listed_by_name_with_roles_and_runs()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var bob = await AddUserAsync(database, "bob", "");
        var aase = await AddUserAsync(database, "zz", "Åse");
        await using (var db = database.Context())
        {
            foreach (var role in (string[])["Moderator", "Admin"])
            {
                var row = new IdentityRole(role);
                db.Roles.Add(row);
                db.UserRoles.Add(new IdentityUserRole<string> { UserId = bob, RoleId = row.Id });
            }

            await db.SaveChangesAsync(Ct);
        }

        await database.Get<IRunStore>().AddAsync(Make.Run(database.Clock.Now, owner: bob), Ct);
        var query = database.Get<UsersQuery>();

        var all = await query.PageAsync(null, 0, 10, Ct);

        all.Rows.Select(u => (u.Name, u.Runs)).ShouldBe([("bob", 1), ("Åse", 0)]);
        all.Rows[0].Roles.ShouldBe(["Admin", "Moderator"]);
        (await query.PageAsync("åSE", 0, 10, Ct)).Rows.Single().Id.ShouldBe(aase);
        (await query.PageAsync("b@EXAMPLE", 0, 10, Ct)).Rows.Single().Id.ShouldBe(bob);
        (await query.PageAsync(null, 1, 1, Ct)).ShouldSatisfyAllConditions(p => p.Total.ShouldBe(2), p => p.Rows.Length.ShouldBe(1));
    }

    private static async Task<string> AddUserAsync(TestDatabase database, string name, string displayName)
    {
        await using var db = database.Context();
        var user = new FramevetUser { UserName = name, DisplayName = displayName, Email = $"{name}@example.org", CreatedAt = database.Clock.Now };
        db.Users.Add(user);
        await db.SaveChangesAsync(Ct);
        return user.Id;
    }
}
