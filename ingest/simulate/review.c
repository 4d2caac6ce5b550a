/*
 * review.c - the sheets of a made-up review of imaging studies, for the demo's maps of evidence: the same for every seed.
 *
 * What is planted, in independent samples: the hippocampus is smaller in patients (5) and grows under acupuncture (3, one of them in two
 * reports of the same people); the left middle frontal gyrus does so in volume and in ALFF; the amygdala is disputed.  Beside these stand the
 * faults of real reviews: sides that are implied, lost or not said, a garbled name, regions that are counted and not named, alternatives,
 * numbers of people that nobody states.
 */
#include "output.h"

/* clang-format off */
static const char *const study_sheet[] = {
	"study_id,study,ref_no,year,topic,people,design,population,comparator,sample_n,modality,analysis,networks,notes",
	"S01,Simulated imaging 01,1,2010,pathogenesis,,case-control,MDD patients,healthy controls,64,sMRI,\"VBM, whole brain\",,SIMULATED",
	"S02,Simulated imaging 02,2,2011,pathogenesis,,case-control,MDD patients,healthy controls,36,sMRI,\"VBM, whole brain\",,SIMULATED",
	"S03,Simulated imaging 03,3,2012,pathogenesis,,case-control,抑郁症患者,健康对照,,sMRI,VBM,,SIMULATED",
	"S04,Simulated imaging 04,4,2013,pathogenesis,,case-control,late-life depression,healthy controls,18,sMRI,ROI of the hippocampus,limbic system,SIMULATED",
	"S05,Simulated imaging 05,5,2014,pathogenesis,,case-control,MDD patients,healthy controls,52,rs-fMRI,\"ALFF, whole brain\",default mode network;limbic system,SIMULATED",
	"S06,Simulated imaging 06,6,2015,pathogenesis,,cross-sectional,depression,healthy controls,40,rs-fMRI,seed-based FC of left DLPFC,default mode network,SIMULATED",
	"S07,Simulated imaging 07,7,2016,acupuncture-structure,sim-people-A,RCT,MDD patients,sham,60,sMRI,\"VBM, whole brain\",limbic system,SIMULATED",
	"S08,Simulated imaging 08,8,2017,acupuncture-structure,,pre/post,MDD patients,,24,sMRI,\"VBM, whole brain\",limbic system,SIMULATED",
	"S09,Simulated imaging 09,9,2018,acupuncture-structure,,pre/post,抑郁症患者,,,sMRI,VBM,,SIMULATED",
	"S10,Simulated imaging 10,10,2019,acupuncture-function,,RCT,MDD patients,sham,16,rs-fMRI,\"ALFF, whole brain\",default mode network;reward network,SIMULATED",
	"S11,Simulated imaging 11,11,2020,acupuncture-function,,pre/post,treatment-resistant depression,,28,rs-fMRI,\"ALFF, whole brain\",default mode network,SIMULATED",
	"S12,Simulated imaging 12,12,2021,acupuncture-structure,sim-people-A,RCT,MDD patients,sham,60,sMRI,\"VBM, whole brain\",limbic system;default mode network,SIMULATED",
	"S13,Simulated imaging 13,13,2022,acupuncture-function,,pre/post,MDD patients,,44,rs-fMRI,\"ALFF, ROI\",default mode network;limbic system,SIMULATED",
	"S14,Simulated imaging 14,14,2023,acupuncture-metabolism,,pre/post,post-stroke depression,,22,PET,\"glucose metabolism, whole brain\",limbic system,SIMULATED",
	NULL};

static const char *const finding_sheet[] = {
	"finding_id,study_id,contrast,measure,direction,region_zh,region_en,laterality,laterality_stated,search_scope,seed,note",
	"1,S01,patients vs healthy controls,GMV,decrease,左侧海马,left hippocampus,left,yes,,,",
	"2,S01,patients vs healthy controls,GMV,decrease,左侧额中回,left middle frontal gyrus,left,yes,,,",
	"3,S01,patients vs healthy controls,GMV,decrease,前扣带回,anterior cingulate,,,,,",
	"4,S02,patients vs healthy controls,GMV,decrease,双侧海马,bilateral hippocampus,bilateral,yes,,,",
	"5,S02,patients vs healthy controls,GMV,increase,双侧杏仁核,bilateral amygdala,bilateral,yes,,,",
	"6,S03,patients vs healthy controls,GMV,decrease,海马,hippocampus,,,,,",
	"7,S03,patients vs healthy controls,GMV,decrease,右侧颞上回,right superior temporal gyrus,right,yes,,,",
	"8,S03,patients vs healthy controls,GMV,decrease,中央前回,precentral gyrus,right,implied by list prefix,,,",
	"9,S03,patients vs healthy controls,GMV,increase,侧额中回,middle frontal gyrus,unknown,no (side character missing),,,",
	"10,S04,patients vs healthy controls,GMV,decrease,右侧海马,right hippocampus,right,yes,region,,",
	"11,S05,patients vs healthy controls,ALFF,decrease,左侧背外侧前额叶,left DLPFC,left,yes,,,",
	"12,S05,patients vs healthy controls,ALFF,decrease,左侧额中回,left MFG,left,yes,,,",
	"13,S05,patients vs healthy controls,ALFF,increase,右侧杏仁核,right amygdala,right,yes,,,",
	"14,S05,patients vs healthy controls,ALFF,increase,后扣带回,posterior cingulate cortex,,,,,",
	"15,S06,patients vs healthy controls,FC,decrease,左侧楔前叶,left precuneus,left,yes,seed,left DLPFC,",
	"16,S06,patients vs healthy controls,FC,abnormal,额叶,frontal lobe,,,seed,left DLPFC,",
	"17,S06,patients vs healthy controls,FC,abnormal,舌状回,lingual gyrus,,,seed,left DLPFC,",
	"18,S07,after electroacupuncture vs before,GMV,increase,左侧海马,left hippocampus,left,yes,,,",
	"19,S07,EA vs sham,GMV,increase,前扣带回,anterior cingulate,,,,,",
	"20,S07,after electroacupuncture vs before,GMV,increase,左侧额中回,left middle frontal gyrus,left,yes,,,",
	"21,S08,after EA vs before,GMV,increase,双侧海马,bilateral hippocampi,bilateral,yes,,,",
	"22,S08,after EA vs before,GMV,increase,前扣带皮质,ACC,,,,,",
	"23,S08,after EA vs before,GMV,altered,右颅骨回,(garbled: no such gyrus),right,yes,,,",
	"24,S09,after 电针 vs before,GMV,increase,海马,hippocampus,,,,,",
	"25,S09,after 电针 vs before,GMV,decrease,海马旁回,parahippocampal gyrus,,,,,",
	"26,S09,after 电针 vs before,GMV,altered,部分脑区,some regions (not named),,,,,",
	"27,S10,after EA vs before,ALFF,increase,左侧额中回,left MFG,left,yes,,,",
	"28,S10,after EA vs before,ALFF,decrease,右侧杏仁核,right amygdala,right,yes,,,",
	"29,S10,after EA vs before,ALFF,increase,右侧尾状核,right caudate,right,yes,,,",
	"30,S11,after taVNS vs before,ALFF,increase,左侧额中回,left middle frontal gyrus,left,yes,,,",
	"31,S11,after taVNS vs before,ALFF,decrease,后扣带回,PCC,,,,,",
	"32,S11,after taVNS vs before,ALFF,decrease,杏仁核,amygdala,,,,,",
	"33,S12,after electroacupuncture vs before,GMV,increase,左侧海马,left hippocampus,left,yes,,,",
	"34,S12,after electroacupuncture vs before,GMV,increase,左侧额中回,left middle frontal gyrus,left,yes,,,",
	"35,S12,correlation with HAMD,GMV,negatively correlated,海马,hippocampus,,,,,",
	"36,S13,after manual acupuncture vs before,ALFF,increase,左侧额中回,left middle frontal gyrus,left,yes,region,,",
	"37,S13,after manual acupuncture vs before,ALFF,increase,右侧杏仁核,right amygdala,right,yes,region,,",
	"38,S13,after manual acupuncture vs before,ALFF,normalised,后扣带回,posterior cingulate cortex,,,region,,",
	"39,S14,after scalp electroacupuncture vs before,glucose metabolism,increase,右侧额叶,right frontal lobe,right,yes,,,",
	"40,S14,after scalp electroacupuncture vs before,glucose metabolism,increase,左侧小脑,left cerebellum,left,yes,,,",
	"41,S14,after scalp electroacupuncture vs before,glucose metabolism,increase,左侧海马,left hippocampus,left,yes,,,",
	"42,S14,after scalp electroacupuncture vs before,glucose metabolism,altered,12条连接,12 connections (regions not named),,,,,",
	NULL};

static const char *const network_sheet[] = {
	"network,zh,study_id",
	"limbic system,边缘系统,S04;S05;S07;S08;S12;S13;S14",
	"default mode network,默认网络,S05;S06;S10;S11;S12;S13",
	"reward network,奖赏网络,S10",
	NULL};

static const char *const review_text[] = {
	"模拟综述，全部内容均为程序生成。",
	"研究显示抑郁症患者左侧海马与左侧额中回灰质体积减少[1]。患者双侧海马体积减少而双侧杏仁核体积增大[2]。",
	"另一研究见患者海马与右侧颞上回、中央前回体积减少，侧额中回体积增加[3]。老年期抑郁患者右侧海马体积减少[4]。",
	"静息态下左侧背外侧前额叶活动减弱，右侧杏仁核活动增强[5]。以左侧背外侧前额叶为种子点，额叶或舌状回功能连接异常[6]。",
	"电针后左侧海马体积增加[7]。电针后双侧海马体积增加，右颅骨回改变[8]。电针后海马体积增加，部分脑区改变[9]。",
	NULL};
/* clang-format on */

void
sim_write_review(sim_output *out)
{
	sim_make_directory(out, "review");
	sim_write_lines(out, "review/studies.csv", study_sheet);
	sim_write_lines(out, "review/findings.csv", finding_sheet);
	sim_write_lines(out, "review/networks.csv", network_sheet);
	sim_write_lines(out, "review.txt", review_text);
}
