using System.Collections.Immutable;
using System.Text.Json;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Retention;

namespace Framevet.Pipeline.Tests.Retention;

public sealed class RetentionChoiceSpecs
{
    private static readonly DateTimeOffset Now = new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Without_limits_everything_stays() => RetentionChoice.Of([Item("a", 1000, 5)], new RetentionLimit(), Now).ShouldBeEmpty();

    [Fact]
    public void What_is_too_old_goes_oldest_first() =>
        Keys(RetentionChoice.Of([Item("new", 1), Item("older", 31), Item("oldest", 400), Item("kept", 500, isProtected: true)], new RetentionLimit(MaxDays: 30), Now)).ShouldBe(["oldest", "older"]);

    [Fact]
    public void Of_a_number_the_newest_stay_and_protected_ones_take_places() =>
        Keys(RetentionChoice.Of([Item("a", 1), Item("b", 2), Item("c", 3), Item("old-kept", 99, isProtected: true)], new RetentionLimit(MaxCount: 2), Now)).ShouldBe(["c", "b"]);

    [Fact]
    public void What_does_not_fit_goes_with_all_that_is_older() =>
        Keys(RetentionChoice.Of([Item("a", 1, 2), Item("big", 2, 9), Item("small", 3, 1)], new RetentionLimit(MaxMegabytes: 10), Now)).ShouldBe(["small", "big"]);

    [Fact]
    public void For_any_items_protected_ones_stay_and_limits_hold_where_they_can()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            ImmutableArray<RetentionItem> items = [.. Enumerable.Range(0, random.Next(30)).Select(i => Item($"{i}", random.Next(100), random.Next(20), random.Next(4) == 0))];
            var limit = new RetentionLimit(Maybe(random, 100), Maybe(random, 30), Maybe(random, 200));

            var goes = RetentionChoice.Of(items, limit, Now).Select(l => l.Item).ToHashSet();

            var stays = items.Where(i => !goes.Contains(i)).ToList();
            goes.ShouldAllBe(i => !i.IsProtected, $"seed {seed}");
            var free = stays.Where(i => !i.IsProtected).ToList();
            free.ShouldAllBe(i => limit.MaxDays == null || Now - i.At < TimeSpan.FromDays(limit.MaxDays.Value), $"seed {seed}");
            (free.Count == 0 || limit.MaxCount is null || stays.Count <= limit.MaxCount).ShouldBeTrue($"seed {seed}");
            (free.Count == 0 || limit.MaxMegabytes is null || stays.Sum(i => i.Bytes) <= (long)limit.MaxMegabytes << 20).ShouldBeTrue($"seed {seed}");
        }
    }

    [Fact]
    public void Rules_survive_as_part_of_the_settings()
    {
        var rules = new RetentionRules().With(RetentionKind.RunLog, new RetentionLimit(MaxDays: 7)).With(RetentionKind.Source, new RetentionLimit(MaxMegabytes: 5)).With(RetentionKind.Source, new RetentionLimit());
        var settings = VettingSettings.BuiltIn with { Retention = rules };

        var back = JsonSerializer.Deserialize<VettingSettings>(JsonSerializer.Serialize(settings, PipelineJson.Options), PipelineJson.Options)!;

        back.Retention.ShouldBe(rules);
        back.Retention.Limits.Keys.ShouldBe([RetentionKind.RunLog]);
        rules.With(RetentionKind.Exports, new RetentionLimit(MaxDays: -1)).Faults().ShouldHaveSingleItem();
    }

    private static int? Maybe(Random random, int most) => random.Next(2) == 0 ? null : random.Next(most);

    private static RetentionItem Item(string key, int daysOld, int megabytes = 0, bool isProtected = false) => new(RetentionKind.Source, key, Now - TimeSpan.FromDays(daysOld), (long)megabytes << 20, isProtected);

    private static IEnumerable<string> Keys(ImmutableArray<RetentionLoss> losses) => losses.Select(l => l.Item.Key);
}
