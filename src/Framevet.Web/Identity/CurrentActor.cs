using Framevet.Pipeline.Runs;

namespace Framevet.Web.Identity;

/// <summary>The signed-in user as an actor.</summary>
public sealed class CurrentActor
{
    /// <summary>Who acts.</summary>
    public ValueTask<Actor> GetAsync() => throw new NotImplementedException();
}
