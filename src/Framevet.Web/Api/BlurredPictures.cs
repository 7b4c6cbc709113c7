using System.Globalization;
using Framevet.Data.Stores;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Storage;
using Microsoft.Extensions.Caching.Memory;

namespace Framevet.Web.Api;

/// <summary>
/// Pictures for people who may not, or do not want to, see the original. Everybody gets the strongest blur; those who review choose their own
/// strength, since they could see the original anyway. Thread-safe.
/// </summary>
public sealed class BlurredPictures(BlurCache cache, IBlobStore blobs, ISettingsStore settings, PreferencesStore preferences) : IDisposable
{
    // A page asks for dozens of pictures at once: the choice is read once for all of them.
    private static readonly TimeSpan Remembered = TimeSpan.FromSeconds(10);

    private readonly MemoryCache _looks = new(new MemoryCacheOptions());

    /// <summary>How pictures in doubt look for this person.</summary>
    public async Task<CareLook> LookOfAsync(Actor actor, CancellationToken ct)
    {
        if (!actor.Has(Rights.Review))
        {
            return CareLook.Strongest;
        }

        if (_looks.TryGetValue(actor.Id, out CareLook known))
        {
            return known;
        }

        var care = (await settings.CurrentAsync(ct)).Settings.Review.Care;
        var own = await preferences.GetAsync(actor.Id, ct);
        return _looks.Set(actor.Id, new CareLook(own.BlurStrength ?? care.Strength, own.IsGrey ?? care.IsGrey), Remembered);
    }

    /// <summary>Forgets what a person chose, after a change.</summary>
    public void Forget(string userId) => _looks.Remove(userId);

    /// <summary>The blurred picture.</summary>
    public Task<byte[]> GetAsync(string thumbKey, CareLook look, CancellationToken ct) => cache.GetAsync(blobs, thumbKey, look, ct);

    public void Dispose() => _looks.Dispose();
}

/// <summary>How a blurred picture looks: strength 0..100, grey or not. Its text tells looks apart, e.g. in an entity tag.</summary>
public readonly record struct CareLook(int Strength, bool IsGrey)
{
    /// <summary>For everybody who does not review.</summary>
    public static CareLook Strongest { get; } = new(100, false);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Strength}{(IsGrey ? "-grey" : "")}");
}
