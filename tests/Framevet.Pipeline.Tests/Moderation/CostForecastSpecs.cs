using System.Collections.Immutable;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Moderation.Backends;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Tools;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Framevet.Pipeline.Tests.Moderation;

public sealed class CostForecastSpecs
{
    private readonly ModerationOptions _options = new() { DayBudget = 0.01m, Http = new HttpModerationOptions { Endpoint = new Uri("https://example.com"), PricePerCall = 0.002m } };

    [Fact]
    public void Behind_a_screen_two_calls_a_file_are_the_most_and_earlier_files_say_what_to_expect()
    {
        var forecast = For(["skin-region", "http"], files: 3, frames: 150, flagged: 0.5);

        (forecast.MaxCalls, forecast.MaxDollars).ShouldBe((6, 0.012m));
        (forecast.ExpectedCalls, forecast.ExpectedDollars).ShouldBe((3.0, 0.006m));
        (forecast.NaiveCalls, forecast.NaiveDollars).ShouldBe((450, 0.900m));
        (forecast.BudgetLeft, forecast.MayRunOut).ShouldBe((0.01m, true));
    }

    [Fact]
    public void Alone_it_is_the_cap_of_a_single_pass_or_the_frames_there_are()
    {
        For(["http"], files: 1, frames: 150, flagged: null).MaxCalls.ShouldBe(10);
        For(["http"], files: 1, frames: 5, flagged: null).MaxCalls.ShouldBe(3);
        For(["http"], files: 1, frames: null, flagged: null).NaiveCalls.ShouldBeNull();
    }

    [Fact]
    public void What_is_switched_off_or_free_costs_nothing()
    {
        For(["skin-region", "aws-rekognition"], files: 9, frames: 150, flagged: 1).MaxCalls.ShouldBe(0);
        For(["skin-region"], files: 9, frames: 150, flagged: 1).MaxDollars.ShouldBe(0);
    }

    private Forecast For(string[] backends, int files, int? frames, double? flagged)
    {
        using var http = new ModerationHttp();
        using var services = new ServiceCollection().AddSingleton(Options.Create(_options)).AddSingleton(http).AddSingleton<JpegCodec>().AddSingleton(TimeProvider.System)
            .AddSingleton<AwsCredentialSource>(_ => Task.FromResult(new AwsKeys("k", "s", null))).BuildServiceProvider();
        var recipe = new ModerationRecipe { Backends = [.. backends.Select(b => new PartSpec(b))], Bands = ImmutableSortedDictionary<string, LabelBand>.Empty };
        return new CostForecast(new PartCatalog(services), Options.Create(_options)).For(recipe, files, frames, flagged, 0);
    }
}
