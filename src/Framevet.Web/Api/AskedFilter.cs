using Framevet.Data.Queries;
using Framevet.Pipeline;
using Framevet.Pipeline.Runs;
using Framevet.Web.Components.Pages.Gallery;

namespace Framevet.Web.Api;

/// <summary>A filter that a program asks by.</summary>
internal static class AskedFilter
{
    /// <summary>
    /// Reads it as it stands in the address of the gallery. A page leaves out labels for people who may not know them and shows what remains; a program would go on with more frames than it
    /// named, so it is refused.
    /// </summary>
    /// <exception cref="VettingException">Forbidden: labels are for people who may review.</exception>
    public static FramesFilter Read(RunId run, string? query, Actor actor)
    {
        var filter = GalleryAddress.Read(run, query, mayReview: true);
        return filter.Labels.IsEmpty || actor.Has(Rights.Review)
            ? filter
            : throw new VettingException(FailureCode.Forbidden, "Only people who may review can ask by label; leave 'label' out of the filter.");
    }
}
