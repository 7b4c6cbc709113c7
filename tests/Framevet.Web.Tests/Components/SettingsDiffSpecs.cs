using Framevet.Pipeline.Recipes;
using Framevet.Web.Components.Pages.Settings;

namespace Framevet.Web.Tests.Components;

/// <summary>What an admin sees before saving.</summary>
public sealed class SettingsDiffSpecs
{
    private static readonly VettingSettings Settings = VettingSettings.BuiltIn;

    [Fact]
    public void Equal_settings_differ_in_nothing() => SettingsDiff.Between(Settings, Settings with { }).ShouldBeEmpty();

    [Fact]
    public void A_changed_number_is_one_line_with_both_values() =>
        SettingsDiff.Between(Settings, Settings with { LeaseMinutes = 25 }).ShouldHaveSingleItem().ShouldBe(new SettingsChange("leaseMinutes", "10", "25"));

    [Fact]
    public void An_option_of_a_part_is_named_by_recipe_and_part()
    {
        var recipe = Settings.Recipes[0];
        var gate = new PartSpec(recipe.Gates[0].Id, recipe.Gates[0].Options.SetItem("probe", System.Text.Json.JsonSerializer.SerializeToElement(7)));

        var changes = SettingsDiff.Between(Settings, Settings with { Recipes = Settings.Recipes.SetItem(0, recipe with { Gates = recipe.Gates.SetItem(0, gate) }) });

        var change = changes.ShouldHaveSingleItem();
        change.Path.ShouldBe($"recipes › {recipe.Name} › gates › {gate.Id} › options › probe");
        change.Before.ShouldBeNull();
        change.After.ShouldBe("7");
    }

    [Fact]
    public void A_removed_recipe_is_told() =>
        SettingsDiff.Between(Settings, Settings with { Recipes = Settings.Recipes.RemoveAt(1) }).ShouldContain(c => c.Path == $"recipes › {Settings.Recipes[1].Name}" && c.After == null);
}
