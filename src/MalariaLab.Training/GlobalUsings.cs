global using MalariaLab.Core.Datasets;
global using MalariaLab.Core.Experiments;
global using MalariaLab.Core.Runs;
