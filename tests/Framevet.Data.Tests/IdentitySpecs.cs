using Framevet.Data.Tables;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Webhooks;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Framevet.Data.Tests;

/// <summary>Identity's own stores on our context: they write past the gate.</summary>
public class IdentitySpecs
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Accounts_can_be_made_while_runs_are_written()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        await using var services = Services(database);
        var run = Make.Run(database.Clock.Now, state: RunState.Running);
        var store = services.GetRequiredService<IRunStore>();
        await store.AddAsync(run, Ct);

        var frames = Task.WhenAll(Enumerable.Range(0, 40).Select(b => Task.Run(() => store.SaveCandidatesAsync(run.Id, [.. Enumerable.Range(b * 50, 50).Select(i => Make.Candidate(i))], new Funnel(), Ct), Ct)));
        var accounts = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() => CreateAsync(services, $"user{i}"), Ct)));
        await frames;

        accounts.ShouldAllBe(a => a);
        (await store.CandidatesAsync(run.Id, Ct)).Length.ShouldBe(2000);
        (await database.NumberAsync("""SELECT COUNT(*) AS "Value" FROM "Users" """, Ct)).ShouldBe(8);
    }

    [Fact]
    public async Task Options_of_Identity_do_not_change_the_model()
    {
        await using var database = await TestDatabase.EmptyAsync();
        await using var services = Services(database);
        await using var scope = services.CreateAsyncScope();

        scope.ServiceProvider.GetRequiredService<FramevetDb>().Database.HasPendingModelChanges().ShouldBeFalse();
    }

    private static ServiceProvider Services(TestDatabase database)
    {
        var services = new ServiceCollection().AddLogging().AddSingleton<ISecretSeal, MarkedSeal>().AddFramevetData(database.Configuration);
        services.AddIdentityCore<FramevetUser>(o => o.Stores.SchemaVersion = IdentitySchemaVersions.Version3).AddRoles<IdentityRole>().AddEntityFrameworkStores<FramevetDb>();
        return services.BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true });
    }

    private static async Task<bool> CreateAsync(ServiceProvider services, string name)
    {
        await using var scope = services.CreateAsyncScope();
        var users = scope.ServiceProvider.GetRequiredService<UserManager<FramevetUser>>();
        var created = await users.CreateAsync(new FramevetUser { UserName = name }, "Correct-horse-9-battery");
        return created.Succeeded && await users.CheckPasswordAsync((await users.FindByNameAsync(name))!, "Correct-horse-9-battery");
    }
}
