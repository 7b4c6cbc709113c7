using Framevet.Data.Queries;
using Framevet.Pipeline;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;

namespace Framevet.Data.Tests;

public class SettingsStoreSpecs
{
    private static readonly Actor Ann = new("1", "Ann", Rights.Administer);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Before_anything_was_saved_the_built_in_settings_count()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);

        var current = await database.Get<ISettingsStore>().CurrentAsync(Ct);

        current.Number.ShouldBe(0);
        current.Settings.Recipes.Select(r => r.Name).ShouldContain(current.Settings.DefaultRecipe);
    }

    [Fact]
    public async Task Settings_come_back_as_they_were_saved_with_author_and_time()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var store = database.Get<ISettingsStore>();
        var settings = Settings("A") with { LeaseMinutes = 3, Limits = new SubmitLimits { MaxFiles = 2, Extensions = [".mp4"] } };

        var saved = (await store.TrySaveAsync(settings, 0, Ann, "Stricter.", Ct)).ShouldNotBeNull();

        var current = await store.CurrentAsync(Ct);
        Json(current).ShouldBe(Json(saved));
        Json(current.Settings).ShouldBe(Json(settings));
        (current.Number, current.Author, current.Note, current.At).ShouldBe((1, "Ann", "Stricter.", database.Clock.Now));
    }

    [Fact]
    public async Task Of_many_saves_based_on_the_same_version_exactly_one_wins()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var store = database.Get<ISettingsStore>();
        await store.TrySaveAsync(Settings("first"), 0, Ann, "", Ct);

        var saves = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(() => store.TrySaveAsync(Settings($"n{i}"), 1, Ann, "", Ct), Ct)));

        var winner = saves.Single(s => s is not null).ShouldNotBeNull();
        winner.Number.ShouldBe(2);
        (await store.CurrentAsync(Ct)).Settings.DefaultRecipe.ShouldBe(winner.Settings.DefaultRecipe);
        (await store.TrySaveAsync(Settings("late"), 0, Ann, "", Ct)).ShouldBeNull();
        (await store.TrySaveAsync(Settings("early"), 9, Ann, "", Ct)).ShouldBeNull();
        (await database.Get<SettingsQuery>().VersionsAsync(10, Ct)).Select(v => v.Number).ShouldBe([2, 1, 0]);
        (await database.Get<SettingsQuery>().VersionsAsync(2, Ct)).Select(v => v.Number).ShouldBe([2, 1]);
    }

    private static VettingSettings Settings(string name) => new() { Recipes = [Make.Recipe(name)], DefaultRecipe = name };

    private static string Json<T>(T value) => System.Text.Json.JsonSerializer.Serialize(value, PipelineJson.Options);
}
